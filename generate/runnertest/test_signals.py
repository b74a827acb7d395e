"""Limits, signals to the runner, and what is left of a process group."""
import os
import signal
import subprocess
import sys
import time

import pytest

from conftest import PATIENCE

READY = "print('ready', flush=True);"
HANGS = READY + "time.sleep(600)"
IGNORES = "signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN);"
STUBBORN = IGNORES + HANGS
DEAF = "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; ready(); time.sleep(600)"


def spawning(source):
    """Code for the fake pytest that starts a child of its own."""
    return "spawn(%r);" % source


def state(pid):
    """The letter by which Linux tells what a process does: T is stopped, Z and X are dead."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def alive(pid):
    return state(pid) not in "ZX"


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def grandchild(project):
    return int((project.log.parent / "calls.pid").read_text())


def wait_ready(process):
    for line in process.stdout:
        if line == "ready\n":
            return
    raise AssertionError("the fake pytest never got ready: " + process.stderr.read())


def check_nothing_left(project, result):
    assert not alive(result.calls[0]["pid"]) and not project.left_over()


def test_a_limit_interrupts_first(project):
    code = "\ntry:\n    late(); time.sleep(600)\nexcept KeyboardInterrupt:\n    print('own summary'); sys.exit(2)"
    result = project.jumping_clock().run("grace=1800", "phase=a", "limit=1800", env={"FAKE_CODE": code})
    assert result.code == 124 and "own summary" in result.out and "timed out" in result.out
    check_nothing_left(project, result)


@pytest.mark.parametrize("code, expected", [("sys.exit(3)", 3), ("os.kill(os.getpid(), 11)", 139), (IGNORES + "late(); time.sleep(600)", 124)],
                         ids=["exit", "signal", "limit"])
def test_without_waitid(project, code, expected):
    """macOS before Python 3.13 has no os.waitid."""
    project.jumping_clock().prelude += "del os.waitid\n"
    result = project.run("grace=0.2", "phase=a", "limit=1800", env={"FAKE_CODE": spawning(DEAF) + code})
    assert result.code == expected and not alive(grandchild(project))


def test_after_a_limit_the_next_phase_runs(project):
    code = "\nif os.environ['P'] == '1': late(); time.sleep(600)"
    result = project.jumping_clock().run("phase=a", "env=P=1", "limit=1800", "phase=b", "env=P=2", "limit=1800", env={"FAKE_CODE": code})
    assert result.code == 124 and len(result.calls) == 2


def test_who_ignores_int_and_term_is_killed_with_its_children(project):
    result = project.jumping_clock().run("grace=0.3", "phase=a", "limit=1800", env={"FAKE_CODE": spawning(DEAF) + IGNORES + "late(); time.sleep(600)"})
    assert result.code == 124 and not alive(grandchild(project))
    check_nothing_left(project, result)


@pytest.mark.parametrize("source", [DEAF, "ready(); time.sleep(600)"], ids=["deaf", "ordinary"])
@pytest.mark.parametrize("log", [[], ["log-dir=logs"]], ids=["no log", "log"])
def test_nothing_outlives_a_phase_that_ended_by_itself(project, source, log):
    result = project.run(*log, "grace=%s" % (0.2 if source == DEAF else 15), "phase=a", env={"FAKE_CODE": spawning(source)})
    assert result.code == 0 and not alive(grandchild(project))


def test_leftovers_may_clean_up_on_term(project):
    cleaning = "lambda *_: (time.sleep(0.3), open(%r, 'w'), sys.exit())" % str(project.root / "cleaned")
    source = "signal.signal(15, %s); ready(); time.sleep(600)" % cleaning
    project.run("phase=a", env={"FAKE_CODE": spawning(source)})
    assert (project.root / "cleaned").exists() and not alive(grandchild(project))


def test_a_daemon_that_holds_the_pipe_of_the_log_is_not_waited_for(project):
    code = spawning("os.setsid(); ready(); time.sleep(600)") + "print('end')"
    result = project.run("log-dir=logs", "phase=a", env={"FAKE_CODE": code})
    os.kill(grandchild(project), signal.SIGKILL)
    assert result.code == 0 and "end" in result.out


@pytest.mark.parametrize("number, code, words", [
    (signal.SIGTERM, 143, "stopped by SIGTERM"), (signal.SIGHUP, 129, "stopped by SIGHUP"), (signal.SIGINT, 130, "interrupted")])
@pytest.mark.parametrize("fake", [HANGS, STUBBORN], ids=["obedient", "stubborn"])
def test_a_signal_to_the_runner_is_forwarded_and_ends_the_run(project, number, code, words, fake):
    process = project.start("grace=0.3", "phase=a", "phase=b", env={"FAKE_CODE": fake})
    wait_ready(process)
    process.send_signal(number)
    result = project.finish(process)
    assert result.code == code and words in result.out and len(result.calls) == 1 and "1 of 2 phases not run" in result.out
    check_nothing_left(project, result)


def test_an_optional_phase_that_is_interrupted_ends_the_run_too(project):
    process = project.start("phase=a", "required=0", "phase=b", env={"FAKE_CODE": HANGS})
    wait_ready(process)
    process.send_signal(signal.SIGTERM)
    result = project.finish(process)
    assert result.code == 143 and len(result.calls) == 1


def test_int_reaches_pytest_although_the_wrapper_was_started_with_it_ignored(project):
    """sh starts "w.sh &" so; the time limit must interrupt pytest all the same."""
    code = "print('handler', signal.getsignal(signal.SIGINT) is signal.default_int_handler, flush=True); late(); time.sleep(600)"
    process = project.jumping_clock().start("grace=1800", "phase=a", "limit=1800", env={"FAKE_CODE": code}, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    result = project.finish(process)
    assert result.code == 124 and "handler True" in result.out and "KeyboardInterrupt" in result.err


def test_hup_stays_ignored_under_nohup(project):
    process = project.start("phase=a", env={"FAKE_CODE": READY + "sys.stdin.read()"}, stdin=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    wait_ready(process)
    process.send_signal(signal.SIGHUP)
    assert project.finish(process).code == 0


def test_a_parent_in_the_group_of_the_runner_survives_a_time_out(project):
    """make is such a parent: it has no group of its own for its commands."""
    parent = "import subprocess, sys; code = subprocess.call(sys.argv[1:]); print('parent saw', code, flush=True)"
    command = [sys.executable, "-c", parent, *project.command("grace=0.2", "phase=a", "limit=0.5")]
    done = subprocess.run(command, env={**project.env, "FAKE_CODE": STUBBORN}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE, start_new_session=True)
    assert "parent saw 124" in done.stdout and done.returncode == 0


def test_a_stopped_pytest_can_still_be_ended(project):
    process = project.jumping_clock().start("grace=0.3", "phase=a", "limit=1800", env={"FAKE_CODE": "os.kill(os.getpid(), signal.SIGSTOP); time.sleep(600)"})
    wait_for(lambda: project.calls() and state(project.calls()[0]["pid"]) == "T")
    project.late.touch()
    assert project.finish(process).code == 124


def test_waiting_costs_no_processor_time(project):
    process = project.start("phase=a", "limit=1800", env={"FAKE_CODE": READY + "sys.stdin.read()"}, stdin=subprocess.PIPE)
    wait_ready(process)

    def spent():
        with open("/proc/%d/stat" % process.pid) as stat:
            return sum(int(field) for field in stat.read().rpartition(")")[2].split()[11:13])

    if not os.path.exists("/proc/self/stat"):
        pytest.skip("no /proc here")
    before = spent()
    time.sleep(1)
    assert spent() - before <= 5  # ticks of 10 ms
    assert project.finish(process).code == 0
