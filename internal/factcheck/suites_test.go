//go:build unix

package factcheck

import (
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// crashSuite is the suite that the tests of rendered wrappers run: tests that kill their workers among others that are good.
func crashSuite() map[string]string {
	archive, err := txtar.ParseFile(filepath.Join("..", "..", "cmd", "policygen", "testdata", "e2e", "crash.txtar"))
	if err != nil {
		panic(err)
	}
	suite := map[string]string{}
	for _, file := range archive.Files {
		suite[file.Name] = string(file.Data)
	}
	return suite
}

func crashArgs(args string) []string { return append(strings.Fields(args), "--max-worker-restart=16") }

// one is a suite of a single file.
func one(text string) map[string]string { return map[string]string{"test_one.py": text} }

// sleeping returns a suite whose tests take so many seconds each.
func sleeping(tests int, seconds string) map[string]string {
	text := "import time\nimport pytest\n\n\n@pytest.mark.parametrize('n', range(" + strings.Repeat("1+", tests) + "0))\ndef test_one(n):\n    time.sleep(" + seconds + ")\n"
	return one(text)
}

// toml is a suite with a configuration file that asks for a plugin that isn't there.
func toml(name, table string) map[string]string {
	return map[string]string{name: table + "\nrequired_plugins = [\"pytest-that-nobody-wrote\"]\n", "sub/test_one.py": "def test_one():\n    pass\n"}
}

const (
	workerDies = `import os
import signal

if os.environ.get("PYTEST_XDIST_WORKER") == "gw0":
    os.kill(os.getpid(), signal.SIGKILL)


def test_one():
    pass
`
	killer = `import os
import signal


def test_killer():
    os.kill(os.getpid(), signal.SIGKILL)
`
	leaver = `import pytest


def test_one():
    pytest.exit("enough", returncode=1)


def test_two():
    pass
`
	raisingHook = `import os


def pytest_runtest_logstart():
    if "PYTEST_XDIST_WORKER" in os.environ:
        raise ValueError("a hook that raises")
`
	slowFixture = `import time
import pytest


@pytest.fixture
def slow():
    time.sleep(2)


def test_one(slow):
    pass
`
	fiveWorkers = `import os


def test_one():
    assert os.environ["PYTEST_XDIST_WORKER_COUNT"] == "5"
`
	mainInThread = `import pytest, sys, threading
codes = []
thread = threading.Thread(target=lambda: codes.append(pytest.main(sys.argv[1:])))
thread.start()
thread.join()
sys.exit(int(codes[0]))
`
	// fewerThreads passes where the variable makes a query of robin-sparkless, or sparkless 4, run in fewer threads. It takes two CPUs.
	fewerThreads = `import os
import subprocess
import sys

QUERY = """
import os
try:
    from robin_sparkless import SparkSession
    spark = SparkSession.builder().app_name("facts").get_or_create()
    create = getattr(spark, "create_dataframe", None) or spark.createDataFrame
    frame = create([(i % 7, i, str(i)) for i in range(20000)], ["a", "b", "c"])
    rows = (getattr(frame, "group_by", None) or frame.groupBy)(["a"]).count().collect()
except ImportError:
    from sparkless.sql import SparkSession
    spark = SparkSession.builder.appName("facts").getOrCreate()
    frame = spark.createDataFrame([(i % 7, i) for i in range(20000)], ["a", "b"])
    rows = frame.groupBy("a").count().collect()
assert len(rows) == 7
print(len(os.listdir("/proc/self/task")))
"""


def threads(**env):
    return max(int(subprocess.check_output([sys.executable, "-c", QUERY], env=dict(os.environ, **env))) for _ in range(3))


def test_one():
    assert threads(ROBIN_SPARKLESS_MULTIPROCESSING="1") < threads()
`
)
