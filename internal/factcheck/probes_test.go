//go:build unix

package factcheck

import "time"

const hangs = 20 * time.Second // for a run that takes less than five

// spots are the releases of pytest-xdist that its defects are shown with, where the edges of the interval were read and not run.
var spots = []string{"3.5.0", "3.8.0"}

// options are command lines that use an option of a capability.
var options = map[string]string{
	"-n":                                   "-n 2",
	"-n=auto":                              "-n auto",
	"-n=logical":                           "-n logical",
	"--maxprocesses":                       "-n 3 --maxprocesses=2",
	"--max-worker-restart":                 "-n 2 --max-worker-restart=3",
	"--max-slave-restart":                  "-n 2 --max-slave-restart=3",
	"--maxschedchunk":                      "-n 2 --maxschedchunk=1",
	"--loadscope-reorder":                  "-n 2 --dist loadscope --loadscope-reorder",
	"--no-loadscope-reorder":               "-n 2 --dist loadscope --no-loadscope-reorder",
	"--px":                                 "--px id=proxy//popen --dist load --tx popen//via=proxy",
	"--tx":                                 "--dist load --tx 2*popen",
	"--testrunuid":                         "-n 2 --testrunuid=abc",
	"--boxed":                              "--boxed",
	"--timeout":                            "--timeout=60",
	"--timeout-method":                     "--timeout=60 --timeout-method=thread",
	"--session-timeout":                    "--session-timeout=60",
	"--timeout-disable-debugger-detection": "--timeout=60 --timeout-disable-debugger-detection",
	"--cov":                                "--cov=.",
	"--cov-append":                         "--cov=. --cov-append",
}

// probes are those that more belongs to than an option.
var probes = map[string]probe{
	"xdist-dist-no":   {args: []string{"--dist", "no"}, holds: passed, fails: refused},
	"xdist-dist-each": {args: []string{"--dist", "each", "--tx", "2*popen"}, holds: sign{"0", `\b2 passed`}, fails: refused},
	"xdist-auto-num-workers": {
		suite: one(fiveWorkers), args: []string{"-n", "auto"}, env: []string{"PYTEST_XDIST_AUTO_NUM_WORKERS=5"},
		holds: passed, fails: otherCount,
	},
	"pytest-faulthandler-timeout": {
		suite: sleeping(1, "3"), ini: "faulthandler_timeout = 1\n", args: []string{"-s"},
		holds: sign{"0", `Timeout \(0:00:01\)!`}, fails: passed,
	},
	"pytest-faulthandler-exit-on-timeout": {
		suite: sleeping(1, "3"), ini: "faulthandler_timeout = 1\nfaulthandler_exit_on_timeout = true\n", args: []string{"-s"},
		holds: sign{"1", `Timeout \(0:00:01\)!`}, fails: passed,
	},
	"pytest-required-plugins": {ini: "required_plugins = pytest-that-nobody-wrote\n", holds: missingPlugin, fails: passed},
	"pytest-minversion":       {ini: "minversion = 99\n", holds: sign{"not 0", `requires pytest-99|requires Pytest version`}, fails: passed},
	"pytest-toml":             {suite: toml("sub/pytest.toml", "[pytest]"), args: []string{"sub"}, holds: missingPlugin, fails: passed},
	"pytest-tool-pytest":      {suite: toml("sub/pyproject.toml", "[tool.pytest]"), args: []string{"sub"}, holds: missingPlugin, fails: passed},
	"timeout-env":             {suite: sleeping(1, "3"), env: []string{"PYTEST_TIMEOUT=1"}, holds: timedOut, fails: passed},
	"timeout-ini":             {suite: sleeping(1, "3"), ini: "timeout = 1\n", holds: timedOut, fails: passed},
	"timeout-method-ini": {
		suite: sleeping(1, "3"), ini: "timeout = 1\ntimeout_method = thread\n",
		holds: sign{"1", `\++ Timeout \++`}, fails: passed,
	},
	"timeout-session-ini": {suite: sleeping(3, "2"), ini: "session_timeout = 1\n", holds: sign{"", `session-timeout: 1`}, fails: sign{"0", `3 passed`}},
	"timeout-func-only": {
		suite: one(slowFixture), ini: "timeout = 1\ntimeout_func_only = true\n",
		holds: passed, fails: sign{"1", `Timeout \(?>1`},
	},
	"timeout-main-thread": {
		launch: []string{"-c", mainInThread}, args: []string{"--timeout=60"},
		holds: sign{"not 0", `signal only works in main thread`}, fails: passed,
	},
	"timeout-thread-kills-worker": {
		suite: sleeping(1, "3"), args: []string{"-n", "1", "--timeout=1", "--timeout-method=thread", "--max-worker-restart=0"},
		holds: sign{"1", `node down`}, fails: timedOut, spots: []string{"2.1.0", "2.4.0"},
	},

	"xdist-714": {
		about: "the crash suite", suite: crashSuite(), args: crashArgs("-n 4 --dist loadfile"), tries: 8, limit: hangs, spots: spots,
		holds: sign{"3", `(?s)in _assign_work_unit.*KeyError: <WorkerController`},
	},
	"xdist-1323": {about: "the crash suite", suite: crashSuite(), args: crashArgs("-n 1 --dist loadfile"), tries: 4, limit: hangs, spots: spots, holds: sign{"hang", `node down`}},
	"xdist-1327": {about: "the crash suite", suite: crashSuite(), args: crashArgs("-n 1 --dist loadfile"), tries: 4, limit: hangs, spots: spots, holds: sign{"hang", `node down`}},
	"xdist-1371": {
		about: "one test, which kills its worker", suite: one(killer), args: []string{"-n", "1", "--dist", "loadfile", "--max-worker-restart=3"}, limit: hangs, spots: spots,
		holds: sign{"", `(?s)node down.*node down`}, fails: sign{"1", `node down`},
	},
	"xdist-814":  {about: "a worker kills itself while collecting", suite: one(workerDies), args: []string{"-n", "2", "--max-worker-restart=0"}, tries: 30, spots: spots, holds: sign{"0", `no tests ran`}},
	"xdist-1239": {about: "the first test of two calls pytest.exit(returncode=1)", suite: one(leaver), args: []string{"-n", "1"}, tries: 3, spots: spots, holds: sign{"3", `AssertionError: \(.*<WorkerController`}},
	"xdist-worker-internalerror": {
		about: "a hook that raises in the workers",
		suite: map[string]string{"test_one.py": "def test_one():\n    pass\n", "conftest.py": raisingHook}, args: []string{"-n", "2"}, tries: 5, limit: hangs, spots: spots,
		holds: sign{"", `(?s)INTERNALERROR.*dsession\.py.*(AssertionError|KeyError)`},
	},
	"xdist-lost-worker-exit-0": {about: "a worker kills itself while collecting", suite: one(workerDies), args: []string{"-n", "2"}, tries: 3, limit: hangs, spots: spots, holds: sign{"0", `(?s)node down.*1 passed`}},
	"xdist-109":                {args: []string{"-n", "2", "missing", "test_one.py"}, holds: sign{"5", ``}, fails: sign{"4", ``}, spots: append([]string{"1.18.2"}, spots...)},
	"xdist-789":                {args: []string{"--dist", "load"}, holds: sign{"not 0", `MISSING test execution`}, fails: passed},

	"robin-multiprocessing-env":        {about: "fewer threads in a query with ROBIN_SPARKLESS_MULTIPROCESSING=1", suite: one(fewerThreads), holds: passed, fails: asManyThreads},
	"robin-multiprocessing-env-unread": {about: "as many threads in a query with ROBIN_SPARKLESS_MULTIPROCESSING=1", suite: one(fewerThreads), holds: asManyThreads, fails: passed, spots: []string{"4.0.1", "4.11.0", "4.12.1", "4.16.1"}},
}

var (
	passed        = sign{"0", `\b[12] passed`}
	otherCount    = sign{"1", `assert '\d+' == '5'`}
	asManyThreads = sign{"1", `assert \d+ < \d+`}
	timedOut      = sign{"1", `Timeout \(?>1`}
	missingPlugin = sign{"not 0", `Missing required plugins`}
	refused       = sign{"not 0", `unrecognized arguments|no such option|invalid choice|invalid (\w+ )?value|has no attribute '?PytestRemovedIn9Warning|expected one argument`}
)
