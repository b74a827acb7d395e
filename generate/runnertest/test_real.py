"""Real pytest and pytest-xdist: what the events say about real runs."""
import os
import re

import pytest

SUITE = """
    import pytest

    def test_ok(): pass
    @pytest.mark.skip
    def test_skip(): pass
    @pytest.mark.xfail
    def test_xfail(): assert 0
    @pytest.mark.xfail
    def test_xpass(): pass
    @pytest.fixture
    def broken(): assert 0
    def test_error(broken): pass
    @pytest.mark.parametrize("value", ["a\\u00e9", "b b"])
    def test_values(value): pass
"""


def counts(result, phase="a"):
    """column -> number, from the line of a phase in the summary table."""
    lines = result.out.split(": summary\n")[1].splitlines()
    header = re.split(r"\s{2,}", lines[0].strip())
    row = next(re.split(r"\s{2,}", line.strip()) for line in lines[1:] if line.split()[0] == phase)
    return {name: int(cell) for name, cell in zip(header, row) if cell.isdigit() and cell != "0"}


def phase(workers, *words, dist="load"):
    return ["pass=-q", "pass=--tb=no", "phase=a", "path=tests", "workers=%s" % workers, "dist=" + dist, *words]


@pytest.mark.parametrize("workers", [0, 2])
def test_counts(every, workers):
    every.file("tests/test_a.py", SUITE)
    every.file("tests/test_b.py", "import pytest\npytest.skip('no', allow_module_level=True)\n")
    result = every.run(*phase(workers))
    assert result.code == 1 and counts(result) == {"passed": 3, "failed": 1, "skipped": 2, "xfailed": 1, "xpassed": 1}


@pytest.mark.parametrize("workers, path", [(0, []), (2, []), (2, ["pythonpath=."])])
def test_tests_see_no_trace_of_the_plugin(every, workers, path):
    every.file("tests/test_a.py", """
        import os, subprocess, sys
        def test_env():
            own = {k: v for k, v in os.environ.items() if "policygen" in v + k.lower() and k not in ("PYTEST_CURRENT_TEST", "TMPDIR")}
            assert not own
            assert os.environ.get("PYTHONPATH", "none") == %r
            assert subprocess.call([sys.executable, "-c", "import policygen_events"], stderr=subprocess.DEVNULL) == 1
    """ % (str(every.root) if path else "none"))
    result = every.run(*path, *phase(workers))
    assert result.code == 0, result.out


@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile", "loadgroup"])
def test_every_distribution_counts_alike(real, dist):
    real.file("tests/test_a.py", "import pytest\n@pytest.mark.xdist_group('g')\n@pytest.mark.parametrize('n', range(9))\ndef test_n(n): assert n\n")
    result = real.run(*phase(2, dist=dist))
    assert result.code == 1 and counts(result) == {"passed": 8, "failed": 1}


def test_a_crashed_worker_is_told_from_a_failure(every):
    every.file("tests/test_a.py", "import os\ndef test_crash(): os.abort()\ndef test_bad(): assert 0\ndef test_ok(): pass\n")
    result = every.run(*phase(2))
    assert result.code == 1 and counts(result) == {"passed": 1, "failed": 1, "crashed": 1}
    assert "crashed: tests/test_a.py::test_crash" in result.out and "worker died: gw" in result.out


def test_a_serial_crash_names_its_test(real):
    real.file("tests/test_a.py", "import os\ndef test_ok(): pass\ndef test_crash(): os.kill(os.getpid(), 11)\ndef test_after(): pass\n")
    result = real.run(*phase(0))
    assert result.code == 139 and counts(result) == {"passed": 1, "crashed": 1, "not run": 1}
    assert "killed by SIGSEGV" in result.out and "crashed: tests/test_a.py::test_crash" in result.out


def test_a_serial_exit_without_a_word_is_a_crash(real):
    real.file("tests/test_a.py", "import os\ndef test_exit(): os._exit(0)\ndef test_after(): pass\n")
    result = real.run(*phase(0))
    assert result.code == 3 and counts(result) == {"crashed": 1, "not run": 1}


def test_the_keyerror_of_xdist_714_counts_its_losses(every):
    """Two files that kill their workers under loadfile: KeyError or a hang, never success (https://github.com/pytest-dev/pytest-xdist/issues/714)."""
    for name in "abcd":
        every.file("tests/test_%s.py" % name, "import os, time\ntime.sleep(0.3)\ndef test_one(): os.kill(os.getpid(), 9)\ndef test_two(): pass\ndef test_three(): pass\n")
    result = every.run("grace=3", *phase(2, "limit=60", dist="loadfile"))
    assert result.code in (3, 124) and "crashed: " in result.out
    if result.code == 3:
        assert "internal error: " in result.out and counts(result).get("not run", 0) > 0


def test_a_worker_killed_while_collecting_is_no_success(every):
    """xdist replaces it and exits 0 (https://github.com/pytest-dev/pytest-xdist/issues/814)."""
    every.file("tests/conftest.py", """
        import os
        def pytest_collection_modifyitems(config):
            try:
                os.close(os.open("died", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return
            if hasattr(config, "workerinput"):
                os.kill(os.getpid(), 9)
    """)
    every.file("tests/test_a.py", "def test_ok(): pass\n")
    result = every.run(*phase(2))
    assert result.code == 1 and "failed: a worker died" in result.out, result.out


def test_a_worker_killed_while_collecting_without_restart_is_not_nothing(real):
    real.file("tests/conftest.py", "import os\ndef pytest_collection_modifyitems(config):\n    if hasattr(config, 'workerinput'): os.kill(os.getpid(), 9)\n")
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    result = real.run(*phase(2, "restart=0", "allow-empty=1"))
    assert result.code in (3, 5) and "worker died" in result.out


def test_an_internal_error_in_a_worker_is_no_success(every):
    every.file("tests/conftest.py", "def pytest_runtest_protocol(item):\n    if 'two' in item.name: raise RuntimeError('plugin is broken')\n")
    every.file("tests/test_a.py", "def test_one(): pass\ndef test_two(): pass\ndef test_three(): pass\n")
    result = every.run(*phase(2, "limit=1800"))
    assert result.code == 3 and "plugin is broken" in result.out


@pytest.mark.parametrize("workers", [0, 2])
def test_stopping_on_purpose_is_a_plain_failure(real, workers):
    real.file("tests/test_a.py", "import pytest\n@pytest.mark.parametrize('n', range(40))\ndef test_n(n): assert n != 1\n")
    result = real.run("pass=-x", *phase(workers))
    assert result.code == (2 if workers else 1) and "stopped early: stopping after 1 failures" in result.out


@pytest.mark.parametrize("workers, code", [(0, 2), (2, 1)])
def test_a_collection_error_is_counted(real, workers, code):
    real.file("tests/test_a.py", "import nothing_of_that_name\n")
    real.file("tests/test_b.py", "def test_ok(): pass\n")
    result = real.run(*phase(workers))
    assert result.code == code and counts(result)["failed"] == 1


@pytest.mark.parametrize("workers", [0, 2])
def test_empty(real, workers):
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    assert real.run(*phase(workers, "arg=-k", "arg=nothing")).code == 5
    mixed = real.run(*phase(workers), "phase=b", "path=tests", "workers=%d" % workers, "arg=-k", "arg=nothing", "allow-empty=1")
    assert mixed.code == 0 and counts(mixed) == {"passed": 1} and counts(mixed, "b") == {}


@pytest.mark.parametrize("workers", [0, 2])
def test_collect_only_loses_nothing(real, workers):
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    result = real.run("pass=--collect-only", *phase(workers))
    assert result.code == 0 and counts(result) == {} and "nothing ran" in result.out


def test_pytest_exit_is_no_ctrl_c(real):
    real.file("tests/test_a.py", "import pytest\ndef test_one(): pytest.exit('enough')\ndef test_two(): pass\n")
    result = real.run(*phase(0), "phase=b", "path=tests", "arg=--collect-only")
    assert result.code == 2 and "stopped early: enough" in result.out and "phases not run" not in result.out


def test_a_keyboard_interrupt_ends_the_run(real):
    real.file("tests/test_a.py", "import os, signal, time\ndef test_one():\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(600)\n")
    result = real.run(*phase(0), "phase=b", "path=tests")
    assert result.code == 130 and "1 of 2 phases not run" in result.out and "was running: tests/test_a.py::test_one" in result.out


def test_a_limit_keeps_the_summary_of_pytest_and_leaves_no_worker(real):
    real.jumping_clock().file("tests/test_a.py", """
        import os, time
        def test_ok(): pass
        def test_slow():
            open("pid-%%d" %% os.getpid(), "w")
            os.mkdir(%r)
            time.sleep(600)
    """ % str(real.late))
    result = real.run(*phase(2, "limit=1800"))
    assert result.code == 124 and "was running: tests/test_a.py::test_slow" in result.out and "KeyboardInterrupt" in result.out
    worker = next(real.root.glob("pid-*")).name[4:]
    with pytest.raises(ProcessLookupError):
        os.kill(int(worker), 0)


def test_without_xdist_in_the_run_events_still_work(real):
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    result = real.run("pass=-p", "pass=no:xdist", *phase(2))
    assert result.code == 0 and counts(result) == {"passed": 1}


def test_a_plugin_that_cannot_write_does_not_disturb(real):
    """The tests run as they would; but nobody can say that all of them did, so it is no success either."""
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    real.file("tests/conftest.py", "def pytest_sessionstart(session): session.config.pluginmanager.getplugin('policygen_recorder').descriptor = -1\n")
    result = real.run(*phase(0))
    assert result.code == 3 and "1 passed" in result.out and "Traceback" not in result.out + result.err


@pytest.mark.parametrize("source, words", [
    ("import os\ndef test_exit(): os._exit(0)\n", "incomplete"),
    ("import os\nos._exit(0)\n", "incomplete"),
    ("import atexit, os\natexit.register(os._exit, 0)\ndef test_bad(): assert 0\n", "failed"),
])
def test_an_exit_with_0_in_the_middle_is_no_success(real, source, words):
    real.file("tests/test_a.py", source)
    result = real.run(*phase(0))
    assert result.code in (1, 3) and words in result.out.splitlines()[-1]


def test_a_conftest_that_ends_pytest_is_no_success(real):
    real.file("tests/conftest.py", "import sys\nsys.exit(0)\n")
    real.file("tests/test_a.py", "def test_bad(): assert 0\n")
    assert real.run(*phase(0)).code == 3


def test_an_answer_without_a_session_is_no_failure(real):
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    result = real.run("pass=--markers", "phase=a", "path=tests", "workers=0")
    assert result.code == 0 and "passed" not in result.out.splitlines()[-1]


def test_a_bare_double_dash_does_not_lift_the_cap(real):
    real.file("tests/test_a.py", "def test_ok(): pass\n")
    result = real.run("pass=-n9", "pass=--", "phase=a", "path=tests", "workers=2", "max=2")
    assert "9 workers" not in result.out and "9/9" not in result.out


def test_closed_streams_do_not_fail_a_green_suite(real):
    real.file("tests/test_a.py", "def test_ok(): print(1)\n")
    process = real.start(*phase(0), preexec_fn=lambda: os.close(1))
    assert real.finish(process).code == 0


def test_markers_of_user_and_phase_hold_together(real):
    real.file("tests/test_a.py", """
        import pytest
        @pytest.mark.slow
        def test_slow(): pass
        @pytest.mark.slow
        @pytest.mark.other
        def test_slow_other(): pass
        def test_plain(): pass
    """)
    result = real.run("pass=-m", "pass=slow", "phase=a", "path=tests", "workers=0", "arg=-m", "arg=not other")
    assert result.code == 0 and counts(result) == {"passed": 1}
