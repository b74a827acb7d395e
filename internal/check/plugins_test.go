package check

import (
	"strings"
	"testing"
)

func TestWithoutPlugin(t *testing.T) {
	const addopts = "[tool.pytest.ini_options]\naddopts = \"-n 2 --timeout=300\"\n"
	for name, c := range map[string]struct{ pyproject, want string }{
		"extra":        {"[project]\nname = \"x\"\n[project.optional-dependencies]\ntest = [\"pytest\", \"pytest-xdist\"]\nlint = [\"ruff\"]\n" + addopts, "pyproject.toml:4 error pytest-timeout"},
		"both":         {"[project]\nname = \"x\"\n[project.optional-dependencies]\ntest = [\"PyTest>=8\"]\n" + addopts, "pyproject.toml:4 error pytest-timeout, pyproject.toml:4 error pytest-xdist"},
		"fine":         {"[project]\nname = \"x\"\n[project.optional-dependencies]\ntest = [\"pytest\", \"pytest_xdist[psutil]>=3\", \"pytest.timeout ; python_version > '3'\"]\n" + addopts, ""},
		"base":         {"[project]\nname = \"x\"\ndependencies = [\"pytest-timeout\", \"pytest-xdist\"]\n[project.optional-dependencies]\ntest = [\"pytest\"]\n" + addopts, ""},
		"itself":       {"[project]\nname = \"My_X\"\n[project.optional-dependencies]\ntest = [\"pytest\", \"my-x[Plug]\"]\nplug = [\"pytest-timeout\", \"pytest-xdist\"]\n" + addopts, ""},
		"group":        {"[dependency-groups]\ntest = [\"pytest\", \"pytest-xdist\"]\n" + addopts, "pyproject.toml:2 warning pytest-timeout"},
		"included":     {"[dependency-groups]\ntest = [\"pytest\", {include-group = \"More\"}]\nmore = [\"pytest-timeout\", \"pytest-xdist\"]\n" + addopts, ""},
		"circle":       {"[dependency-groups]\ntest = [\"pytest\", {include-group = \"more\"}]\nmore = [\"pytest-xdist\", {include-group = \"test\"}]\n" + addopts, "pyproject.toml:2 warning pytest-timeout, pyproject.toml:3 warning pytest-timeout"},
		"no option":    {"[dependency-groups]\ntest = [\"pytest\"]\n", ""},
		"another list": {"[dependency-groups]\ntest = \"pytest\"\n" + addopts, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := checkFolder(t, repository(t, exampleFile{"pyproject.toml", c.pyproject}), only("PG213"))
			var got []string
			for _, f := range found {
				got = append(got, f.File+":"+strings.Split(f.Position.String(), ":")[1]+" "+f.Severity.String()+" "+strings.TrimPrefix(f.Help, "add "))
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

func only(codes ...string) func(*Input) {
	return func(in *Input) { in.Codes, _ = ParseCodes(codes, nil) }
}

// TestPluginOfCommandLine holds that an option of a command is told only where nothing at all installs its plugin.
func TestPluginOfCommandLine(t *testing.T) {
	const pyproject = "[project]\nname = \"x\"\n[project.optional-dependencies]\ntest = [\"pytest\"]\n"
	const script = "pytest -n 8 --dist loadfile tests/unit\n"
	for name, c := range map[string]struct {
		files []exampleFile
		want  string
	}{
		"nowhere":      {[]exampleFile{{"pyproject.toml", pyproject}, {"a.sh", script}}, "a.sh:1 PG213"},
		"requirements": {[]exampleFile{{"pyproject.toml", pyproject}, {"a.sh", script}, {"requirements-dev.txt", "pytest_xdist==3.8.0\n"}}, ""},
		"a command":    {[]exampleFile{{"pyproject.toml", pyproject}, {"a.sh", "pip install pytest-xdist\n" + script}}, ""},
		"no extras":    {[]exampleFile{{"a.sh", script}}, ""},
		"in a page":    {[]exampleFile{{"pyproject.toml", pyproject}, {"a.md", "    " + script}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(told(checkFolder(t, repository(t, c.files...), only("PG213"))), ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestUncovered(t *testing.T) {
	test := func(names ...string) (files []exampleFile) {
		for _, name := range names {
			files = append(files, exampleFile{name, ""})
		}
		return files
	}
	config := func(text string) []exampleFile { return []exampleFile{{"pytest.ini", "[pytest]\n" + text}} }
	for name, c := range map[string]struct {
		files []exampleFile
		want  string
	}{
		"in a phase":       {test("tests/unit/test_a.py", "tests/slow/deep/b_test.py"), ""},
		"beside":           {test("tests/test_a.py"), "tests/test_a.py:0 PG217"},
		"a folder at once": {test("tests/x/test_a.py", "tests/x/test_b.py", "tests/y/test_c.py"), "tests/x/test_a.py:0 PG217, tests/y/test_c.py:0 PG217"},
		"elsewhere":        {test("scripts/test_server.py", "test_top.py", "src/pkg/test_helpers.py"), ""},
		"no test file":     {test("tests/x/helpers.py", "tests/conftest.py"), ""},
		"passed over":      {test("tests/build/test_a.py", "tests/.old/test_b.py", "tests/venv/test_c.py"), ""},
		"an environment":   {test("tests/env/pyvenv.cfg", "tests/env/lib/test_a.py"), ""},
		"testpaths":        {append(config("testpaths = checks\n"), test("checks/test_a.py", "tests/x/test_b.py")...), "checks/test_a.py:0 PG217"},
		"python_files":     {append(config("python_files = check_*.py\n"), test("tests/x/test_a.py", "tests/x/check_b.py")...), "tests/x/check_b.py:0 PG217"},
		"norecursedirs":    {append(config("norecursedirs = x\n"), test("tests/x/test_a.py", "tests/build/test_b.py")...), "tests/build/test_b.py:0 PG217"},
		"--ignore":         {append(config("addopts = --ignore=tests/x --ignore-glob=tests/y/test_a*\n"), test("tests/x/test_a.py", "tests/y/test_a.py", "tests/y/test_b.py")...), "tests/y/test_b.py:0 PG217"},
		"in TOML":          {append(test("tests/x/check_a.py"), exampleFile{"pyproject.toml", "[tool.pytest.ini_options]\npython_files = [\"check_*.py\"]\n"}), "tests/x/check_a.py:0 PG217"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(told(checkFolder(t, repository(t, c.files...), only("PG217"))), ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
