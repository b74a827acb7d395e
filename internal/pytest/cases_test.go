package pytest

import "strings"

// tree is a small repository for starts that are made up by hand.
func tree(files ...string) map[string]string {
	m := map[string]string{"tests/unit/test_a.py": "", "tests/test_b.py": "", "sub/test_c.py": "", "4/test_d.py": ""}
	for i := 0; i+1 < len(files); i += 2 {
		m[files[i]] = files[i+1]
	}
	return m
}

// byHand are starts whose meaning is not obvious.
func byHand() []question {
	var list []question
	start := func(line string, files map[string]string, env ...string) {
		q := question{Files: files, Dir: ".", Args: strings.Split(line, " "), Env: map[string]string{}}
		if line == "" {
			q.Args = []string{}
		}
		for i := 0; i+1 < len(env); i += 2 {
			if env[i] == "DIR" {
				q.Dir = env[i+1]
			} else {
				q.Env[env[i]] = env[i+1]
			}
		}
		list = append(list, q)
	}
	for _, line := range []string{
		"", "-n4", "-n 4", "-n=4", "--numprocesses=4", "--numprocesses 4", "--numproc=4", "-vn 4", "-v -n4 tests", "-n 08", "-n +4", "-n 4.0",
		"-n", "-n -- 4", "-n -1", "-n0 --dist load --tx 2*popen", "-n0 -d", "-d", "-d --tx popen", "-n2 --tx 5*popen", "--tx 5*popen", "--dist load --tx 5*popen",
		"--dist each --tx popen --tx 2*popen", "--dist load --tx 0*popen", "--dist=loadfile", "-n2 --dist=no", "-n8 --maxprocesses=3", "-nauto --maxprocesses=3", "--maxprocesses=3",
		"-nauto --pdb", "-nlogical --pdb", "-n2 --pdb", "-n2 --pdb --co", "-n2 --trace", "-n0 --pdb", "--dist load --pdb", "--dist load --tx popen --pdb",
		"-n2 --co", "-n2 --setup-plan", "--version", "-V", "--version --version", "-V -n", "--version --nonsense=1 -n x", "--help -n x", "-n x --help", "-h", "--markers",
		"-n2 -p no:xdist", "-p no:xdist tests", "--dist=load -p no:xdist", "-p no:xdist -p xdist -n2", "-pno:xdist -n2", "-p no:terminal -v", "-p no:cacheprovider --lf", "-p no:cacheprovider --sw",
		"-p no:timeout --timeout 3", "-k -p -n2", "-k -x -n2", "--timeout 3", "--timeout=x", "--timeout-method=thread", "--timeout_method=signal --timeout-method=thread",
		"-m a -m b", "-k a -k b -n2", "-m", "--durations=5 tests", "--debug x.log", "--debug", "-p pytest_timeout", "-p timeout", "--cache-show tests", "tests -- -x", "tests -v -- -n4", "-v -- -n4", "-- tests", "-xn4", "-vx", "-vxk name", "-q -q",
		"tests sub", "tests/unit/test_a.py::test_x", "4 -n 4", "--rootdir tests", "--rootdir=nowhere", "-c", "--config-file", "--rsyncdir src -n2", "--testrunuid=x -n1", "--maxschedchunk 1 -n3", "--px popen -n1",
		"--no-loadscope-reorder -n2 --dist loadscope", "--strict", "--max-worker-restart 0 -n2", "--max-worker-restart=5", "--log-disable x", "--disable-plugin-autoload -n2", "--disable-plugin-autoload -p xdist -n2",
		"--maxfail=1 -n2 --maxfail=2", "-W ignore -n2", "-Wignore", "-oaddopts=-n5", "-o addopts=-n5", "-o addopts", "-o timeout=3", "--collectonly", "--funcargs", "-n2 -n3 -n0", "-n0 -n3",
	} {
		start(line, tree())
	}
	for _, file := range []string{"pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "conf.ini", "pyproject.toml", "pytest.toml", ".pytest.toml"} {
		for i, text := range []string{
			"", "[pytest]\naddopts = -n3\n", "[tool:pytest]\naddopts = -n4\ntimeout = 3\n", "[tool.pytest]\naddopts = [\"-n5\"]\n", "[tool.pytest.ini_options]\n",
			"[pytest]\naddopts = [\"-n7\"]\n", "[tool.pytest.ini_options]\naddopts = [\"-n\", \"9\"]\ntimeout = 4\n",
		} {
			start([]string{"", "-v -c " + file}[i%2], tree(file, text))
		}
	}
	ini := "[pytest]\naddopts = -n 3 --dist loadfile\ntimeout = 8\ntestpaths = tests sub\n"
	for _, line := range []string{"", "-n5", "-n0", "-o addopts=", "-o addopts=--dist=each", "-p no:xdist", "tests", "sub/test_c.py", "--timeout=1", "-o timeout=2", "-c tox.ini", "--rootdir=sub"} {
		start(line, tree("pytest.ini", ini, "tox.ini", "[pytest]\naddopts = -n 9\n"))
		start(line, tree("pytest.ini", ini, "tox.ini", "[pytest]\n"), "PYTEST_ADDOPTS", "-n 7 --timeout=20", "PYTEST_TIMEOUT", "30")
		start(line, tree("tests/pytest.ini", ini, "pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-n 4'\n"), "DIR", "tests")
		start(line, tree("tests/pytest.ini", ini, "setup.py", ""), "PYTEST_TIMEOUT", "30")
	}
	start("-n auto", tree(), "PYTEST_XDIST_AUTO_NUM_WORKERS", "6")
	start("-n auto --maxprocesses 2", tree(), "PYTEST_XDIST_AUTO_NUM_WORKERS", "6")
	start("-n auto", tree(), "PYTEST_XDIST_AUTO_NUM_WORKERS", "0")
	start("-n auto", tree(), "PYTEST_XDIST_AUTO_NUM_WORKERS", "x")
	start("-n 2", tree(), "PYTEST_XDIST_AUTO_NUM_WORKERS", "6")
	start("-n 2", tree(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
	start("-n 2 -p xdist", tree(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
	start("-n 2", tree(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1", "PYTEST_PLUGINS", "xdist.plugin")
	start("tests", tree("conftest.py", "pytest_plugins = ['xdist.plugin']\n"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1", "PYTEST_ADDOPTS", "-n2")
	start("", tree(), "PYTEST_ADDOPTS", "-k 'a b' -m \"not \\\"x\\\"\" -n\\ 2")
	start("", tree(), "PYTEST_ADDOPTS", "-k 'a")
	start("", tree(), "PYTEST_ADDOPTS", "-n2 # four")
	start("@args", tree("args", "-n\n3\n--dist\nloadfile\n"))
	start("@args", tree("args", "@more\n-v\n", "more", "-n4"))
	start("@none", tree())
	start("-k @args", tree("args", "-n3"))
	return list
}
