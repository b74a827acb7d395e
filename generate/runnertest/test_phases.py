"""Running phases, with a fake pytest: order, codes, logs, summaries."""
import os
import select
import subprocess
import time

import pytest

from conftest import PATIENCE

EVENTS = "event('loaded'); event('collected', ids=['t.py::a', 't.py::b']); event('reported', id='t.py::a', when='call', outcome='passed');"


def code_for(**by_phase):
    """FAKE_CODE that acts by phase; a phase is told by its P variable."""
    return "\n".join("if os.environ['P'] == %r: %s" % pair for pair in by_phase.items())


def phase(name, *words):
    return ["phase=" + name, "env=P=" + name, *words]


def summary(result):
    """phase -> the words of its line in the table."""
    lines = result.out.split(": summary\n")[1].splitlines()
    return {line.split()[0]: line for line in lines if line.startswith("    ")}


def test_order_and_environment_of_phases(project):
    result = project.run("env=G=1", *phase("one", "env=ONLY=1"), *phase("two"))
    assert [call["env"]["P"] for call in result.calls] == ["one", "two"]
    assert "ONLY" in result.calls[0]["env"] and "ONLY" not in result.calls[1]["env"] and result.calls[1]["env"]["G"] == "1"
    assert all(call["cwd"] == str(project.root) for call in result.calls)


@pytest.mark.parametrize("codes, words, expected", [
    ((0, 0), [], 0), ((1, 3), [], 3), ((5, 0), [], 5), ((5, 5), ["pass=-k", "pass=x"], 5), ((5, 0), ["pass=-kx"], 0),
])
def test_the_worst_code_decides(project, codes, words, expected):
    env = {"FAKE_CODE": code_for(one="sys.exit(%d)" % codes[0], two="sys.exit(%d)" % codes[1])}
    result = project.run(*words, *phase("one"), *phase("two"), env=env)
    assert result.code == expected and len(result.calls) == 2 and ": exit %d: " % expected in result.out


def test_fail_fast_stops_and_says_what_was_not_run(project):
    result = project.run("keep-going=0", *phase("one", "required=0"), *phase("two"), *phase("three"),
                         env={"FAKE_CODE": code_for(one="sys.exit(1)", two="sys.exit(1)")})
    assert result.code == 1 and len(result.calls) == 2
    assert "not run" in summary(result)["three"] and "1 of 3 phases not run" in result.out and "(optional)" in summary(result)["one"]


def test_an_empty_phase_where_it_is_allowed(project):
    result = project.run(*phase("one"), *phase("two", "allow-empty=1"), env={"FAKE_CODE": code_for(two="sys.exit(5)")})
    assert result.code == 0 and "empty" in summary(result)["two"]


def test_an_optional_phase_is_shown_and_does_not_count(project):
    result = project.run(*phase("one"), *phase("two", "required=0"), env={"FAKE_CODE": code_for(two="sys.exit(3)")})
    assert result.code == 0 and "internal error" in summary(result)["two"]


def test_a_failed_optional_phase_is_named_but_not_blamed(project):
    env = {"FAKE_CODE": code_for(one="sys.exit(1)", two="sys.exit(1)", three="sys.exit(3)")}
    result = project.run(*phase("one"), *phase("two", "required=0"), *phase("three", "required=0"), env=env)
    assert result.code == 1 and "exit 1: failed in one; optional and not passed: two, three\n" in result.out


def test_phases_of_one_code_keep_their_own_words(project):
    died = "event('loaded'); event('reported', id='t', when='call', outcome='passed'); event('down', worker='gw0', error='x')"
    env = {"FAKE_CODE": code_for(one="sys.exit(1)", two=died, three="sys.exit(1)")}
    result = project.run(*phase("one"), *phase("two"), *phase("three"), env=env)
    assert result.code == 1 and "exit 1: failed in one, three; failed: a worker died in two\n" in result.out


@pytest.mark.parametrize("number, name", [(11, "SIGSEGV"), (6, "SIGABRT"), (9, "SIGKILL")])
def test_death_by_signal_has_a_name(project, number, name):
    result = project.run(*phase("one"), *phase("two"), env={"FAKE_CODE": code_for(one="os.kill(os.getpid(), %d)" % number)})
    assert result.code == 128 + number and "killed by " + name in summary(result)["one"] and len(result.calls) == 2


def test_lost_tests_turn_success_into_3(project):
    result = project.run("phase=a", env={"FAKE_CODE": EVENTS})
    assert result.code == 3 and "never ran: t.py::b" in result.out and "incomplete" in summary(result)["a"]


def test_a_test_named_failed_is_no_failure(project):
    code = "event('loaded'); event('collected', ids=['test_FAILED']); event('reported', id='test_FAILED', when='call', outcome='passed'); print('9 failed')"
    result = project.run("phase=a", env={"FAKE_CODE": code})
    assert result.code == 0 and summary(result)["a"].split()[2:6] == ["1", "0", "0", "0"]


def test_twenty_lost_tests_are_named_and_the_rest_counted(project):
    result = project.run("phase=a", env={"FAKE_CODE": "event('loaded'); event('collected', ids=['t%d' % i for i in range(33)])"})
    assert result.out.count("never ran: t") == 20 and "never ran: and 13 more" in result.out


def test_without_events_the_code_alone_counts_and_that_is_said(project):
    result = project.run("phase=a", env={"FAKE_RC": "1"})
    assert result.code == 1 and "counts are unknown" in result.out and summary(result)["a"].split()[2:6] == ["-"] * 4


def test_nothing_is_claimed_where_nothing_ran(project):
    result = project.run("phase=a", env={"FAKE_CODE": "event('loaded')"})
    assert result.code == 0 and "nothing ran at all" in result.out and "passed in" not in result.out


def test_stdin_reaches_pytest(project):
    result = project.run("phase=a", env={"FAKE_CODE": "print('read', repr(sys.stdin.read()))"}, stdin="x")
    assert "read 'x'" in result.out


@pytest.mark.parametrize("rc", [0, 1])
def test_a_log_keeps_output_and_code(project, rc):
    env = {"FAKE_RC": str(rc), "FAKE_CODE": "os.write(1, b'one\\xff\\n'); os.write(2, b'two')"}
    result = project.run("log-dir=out/logs", "junit-dir=out/junit", *phase("unit"), env=env)
    log = project.root / "out" / "logs" / "unit-robin.log"
    assert result.code == rc and log.read_bytes() == b"one\xff\ntwo" and "one\udcff\ntwo" in result.out
    assert (project.root / "out" / "junit").is_dir() and "--junitxml=out/junit/unit-robin.xml" in result.calls[0]["argv"]
    assert "out/logs/unit-robin.log" in summary(result)["unit"]


def test_a_long_log_is_whole(project):
    result = project.run("log-dir=logs", "phase=unit", env={"FAKE_CODE": "sys.stdout.write('line\\n' * 200000)"})
    assert (project.root / "logs" / "unit-robin.log").read_bytes() == b"line\n" * 200000 and result.out.count("line\n") == 200000


def test_a_log_that_cannot_be_written_is_an_error_of_ours(project):
    project.file("logs", "a file")
    result = project.run("log-dir=logs", "phase=unit")
    assert result.code == 70 and "logs" in result.err and not result.calls and not project.left_over()


def test_the_temporary_folder_goes_away(project):
    assert project.run("phase=a").code == 0 and not project.left_over()
    folder = project.calls()[0]["env"]["POLICYGEN_EVENTS"]
    assert folder.startswith(str(project.tmp)) and not os.path.exists(folder)


def test_pytest_leads_a_group_of_its_own(project):
    call = project.run("phase=a").calls[0]
    assert call["group"] == call["pid"] != os.getpgrp()


def test_a_reader_that_went_away_does_not_end_the_run(project):
    process = project.start(*phase("one", "limit=60"), *phase("two"), env={"FAKE_CODE": "sys.stdout.close()"})
    process.stdout.close()
    process.stdout = None
    assert process.wait(PATIENCE) in (0, 1) and len(project.calls()) == 2 and not project.left_over()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_trap(project, closed):
    """Otherwise a pipe of the runner gets number 1, and its own words arrive there as signals."""
    command = project.command("pass=%s" % ("\x02\x0f" * 50), "phase=one", "phase=two")
    done = subprocess.run(["sh", "-c", '"$@" ' + closed, "sh", *command], env=project.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    assert done.returncode == 0 and len(project.calls()) == 2


def test_a_stdout_that_does_not_block_loses_nothing(project):
    """Node makes pipes so, and passes them on."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen(project.command("log-dir=logs", "phase=a"), stdout=writer, stdin=subprocess.DEVNULL,
                               env={**project.env, "FAKE_CODE": "sys.stdout.write('line\\n' * 100000); sys.stdout.write('last\\n')"})
    end = time.monotonic() + PATIENCE
    while select.select([], [writer], [], 0)[1] and time.monotonic() < end:  # until it is full
        time.sleep(0.01)
    os.close(writer)
    with open(reader, "rb") as stream:
        text = stream.read()
    assert process.wait(PATIENCE) == 0 and text.count(b"line\n") == 100000 and b"last" in text


def test_a_bug_of_ours_is_not_taken_for_failed_tests(project):
    command = project.command("phase=a")
    assert "def overall(" in command[3]
    command[3] = command[3].replace("def overall(", "def overall(broken, ")
    project.command = lambda *words, **options: command
    result = project.run()
    assert result.code == 70 and "TypeError" in result.err and not project.left_over()


def test_github_groups_errors_and_summary(project, tmp_path):
    page = tmp_path / "summary.md"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page), "FAKE_CODE": code_for(one=EVENTS, two="sys.exit(1)", three="print('mid', end='')")}
    result = project.run(*phase("one"), *phase("two", "required=0"), *phase("three"), env=env)
    lines = result.out.splitlines()
    assert [line for line in lines if line.startswith("::group::")] == ["::group::one", "::group::two", "::group::three"]
    assert lines.count("::endgroup::") == 3
    assert any(line.startswith("::error::phase one: incomplete") for line in lines) and any(line.startswith("::warning::phase two") for line in lines)
    assert "| one | incomplete: tests never ran | 1 |" in page.read_text() and page.read_text().startswith("### w.sh: exit 3")


def test_no_workflow_commands_elsewhere(project):
    assert "::" not in project.run("phase=a").out
