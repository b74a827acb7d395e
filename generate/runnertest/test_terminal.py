"""ctrl-C, ctrl-Z and --pdb on a pseudo-terminal."""
import os
import pty
import re
import select
import signal
import sys
import time

import pytest

from conftest import PATIENCE

# A shell with job control, as small as it can be: it runs its words as a job in the foreground, says when the job stops or ends,
# and continues it in the foreground when the line "fg" is typed.
JOB_SHELL = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
for number in (signal.SIGINT, signal.SIGTSTP):
    signal.signal(number, lambda *_: None)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())  # here, as in real shells: when the job begins it has the terminal
    for number in (signal.SIGTTOU, signal.SIGINT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    status = os.waitpid(job, os.WUNTRACED)[1]
    os.tcsetpgrp(0, os.getpgrp())
    if not os.WIFSTOPPED(status):
        print("SHELL: ended", os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status), flush=True)
        break
    print("SHELL: stopped", flush=True)
    sys.stdin.readline()
    os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
"""


class Terminal:
    """A process on a pseudo-terminal of its own, and what it has printed so far."""

    def __init__(self, command, env, cwd=None):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, env)

    def expect(self, pattern):
        """Wait for a pattern and forget everything up to its end."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            if not self.read(end - time.monotonic()):
                raise AssertionError("no %r in the terminal output:\n%s" % (pattern, self.text))
        found = re.search(pattern, self.text)
        self.text = self.text[found.end():]
        return found

    def read(self, seconds):
        if not select.select([self.fd], [], [], max(0, seconds))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


@pytest.fixture
def terminal():
    opened = []

    def start(project, *words, **env):
        command = [sys.executable, "-c", JOB_SHELL, *project.command(*words)]
        opened.append(Terminal(command, {**project.env, "TERM": "xterm", **env}))
        return opened[0]

    yield start
    for each in opened:
        each.close()


READY = "print('ready', flush=True);"


def test_ctrl_c_reaches_pytest_and_ends_the_run(project, terminal):
    screen = terminal(project, "phase=a", "phase=b", FAKE_CODE=READY + "time.sleep(600)")
    screen.expect("ready")
    screen.type("\x03")
    screen.expect("KeyboardInterrupt")
    screen.expect("interrupted")
    screen.expect("exit 130: interrupted in a, 1 of 2 phases not run")
    screen.expect("SHELL: ended 130")
    assert len(project.calls()) == 1 and not project.left_over()


def test_ctrl_z_stops_the_whole_job_and_fg_continues_it(project, terminal):
    code = READY + "line = sys.stdin.readline(); print('got', repr(line), flush=True)"
    screen = terminal(project, "phase=a", "limit=1800", FAKE_CODE=code)
    screen.expect("ready")
    screen.type("\x1a")
    screen.expect("SHELL: stopped")
    screen.type("fg\n")
    screen.type("hello\n")
    screen.expect("got 'hello")
    screen.expect("exit 0: nothing was counted")
    screen.expect("SHELL: ended 0")


def test_time_spent_stopped_does_not_count(project, terminal):
    screen = terminal(project.jumping_clock(), "phase=a", "limit=1800", FAKE_CODE=READY + "sys.stdin.readline()")
    screen.expect("ready")
    screen.type("\x1a")
    screen.expect("SHELL: stopped")
    project.late.touch()
    screen.type("fg\n")
    screen.type("end\n")
    screen.expect("SHELL: ended 0")


def test_ctrl_c_after_ctrl_z_still_works(project, terminal):
    code = "signal.signal(signal.SIGCONT, lambda *_: print('awake', flush=True));" + READY + "time.sleep(600)"
    screen = terminal(project, "phase=a", FAKE_CODE=code)
    screen.expect("ready")
    screen.type("\x1a")
    screen.expect("SHELL: stopped")
    screen.type("fg\n")
    screen.expect("awake")
    screen.type("\x03")
    screen.expect("SHELL: ended 130")


def test_without_job_control_ctrl_z_does_not_hang_the_run(project, tmp_path):
    """In a container the runner may lead the session: its group is orphaned, and the kernel discards its SIGTSTP."""
    screen = Terminal(project.command("phase=a"), {**project.env, "FAKE_CODE": READY + "sys.stdin.readline(); print('went on', flush=True)"})
    screen.expect("ready")
    screen.type("\x1a")
    screen.type("end\n")
    screen.expect("went on")
    screen.expect("exit 0: nothing was counted")
    screen.close()


def test_the_terminal_comes_back_after_each_phase(project, terminal):
    code = "print('mine', os.tcgetpgrp(0) == os.getpgrp(), flush=True)"
    screen = terminal(project, "phase=a", "phase=b", FAKE_CODE=code)
    for _ in "ab":
        screen.expect("mine True")
    screen.expect("SHELL: ended 0")


def test_colour_is_for_terminals(project, terminal):
    screen = terminal(project, "log-dir=logs", "phase=a")
    screen.expect("\x1b\\[32mw.sh: exit 0")
    assert "--color=yes" in project.calls()[0]["argv"]


@pytest.mark.parametrize("words, env", [(["color=never"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})])
def test_colour_can_be_refused(project, terminal, words, env):
    screen = terminal(project, "log-dir=logs", *words, "phase=a", **env)
    screen.expect("SHELL: ended 0")
    assert "\x1b[3" not in screen.text and "--color=yes" not in project.calls()[0]["argv"]


@pytest.mark.parametrize("word, env", [("--color=no", {}), ("-x", {"PYTEST_ADDOPTS": "--color=no"})])
def test_colour_of_pytest_is_the_users(project, terminal, word, env):
    terminal(project, "log-dir=logs", "pass=" + word, "phase=a", **env).expect("SHELL: ended 0")
    assert "--color=yes" not in project.calls()[0]["argv"]


def test_pdb_reads_a_line(real, terminal):
    real.file("tests/test_a.py", "def test_a():\n    value = 6 * 7\n    assert not value\n")
    screen = terminal(real, "pass=--pdb", "phase=a", "path=tests", "workers=0", "limit=1800")
    screen.expect(r"\(Pdb\)")
    screen.type("p 'value', value\n")
    screen.expect(r"'value', 42")
    screen.type("q\n")
    screen.expect("SHELL: ended")


def test_ctrl_c_with_real_workers_prints_both_summaries(real, terminal):
    real.file("tests/test_a.py", "import time\ndef test_fast(): pass\ndef test_slow():\n    open('began', 'w')\n    time.sleep(600)\n")
    screen = terminal(real, "phase=a", "path=tests", "workers=2", "phase=b", "path=tests")
    end = time.monotonic() + PATIENCE
    while not (real.root / "began").exists() and time.monotonic() < end:
        screen.read(0.1)
    screen.type("\x03")
    screen.expect("KeyboardInterrupt")
    screen.expect("w.sh: summary")
    screen.expect("was running: tests/test_a.py::test_slow")
    screen.expect("SHELL: ended 130")
