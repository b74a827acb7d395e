"""Start the real runner the way a rendered wrapper does, on projects with a fake or a real pytest.

Real pytest and xdist are looked for under POLICYGEN_TEST_PYTHON (newest releases) and POLICYGEN_TEST_PYTHON_OLD, else in the
interpreter that runs these tests.
"""
import importlib.util
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent
RUNNER = HERE.parent / "runner.py"
EVENTS = HERE.parent / "events.py"
SOAK = os.environ.get("POLICYGEN_SOAK") == "1"
PATIENCE = 180  # seconds after which a test gives up on what it waits for: a loaded machine takes 20 to start pytest with workers

# A runner whose clock jumps by an hour as soon as a file exists, and who looks at it often: a limit of any length then ends when
# a test wants it to, however slow the machine is.
JUMPING_CLOCK = """
import os, select, time
time.monotonic = lambda real=time.monotonic: real() + 3600 * os.path.exists({!r})
select.select = lambda *lists, real=select.select: real(*lists[:3], 0.02 if lists[3:] in ((), (None,)) else min(lists[3], 0.02))
"""

FAKE_PYTEST = """
import json, os, signal, sys, time
note = {"argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd(), "pid": os.getpid(), "group": os.getpgrp()}
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write(json.dumps(note) + "\\n")

def event(name, **fields):
    with open(os.environ["POLICYGEN_EVENTS"], "a") as events:
        events.write(json.dumps({"event": name, "worker": "main", **fields}) + "\\n")

def late():  # in one system call: open() of Python 3.8 swallows the KeyboardInterrupt that may follow at once
    os.mkdir(os.environ["FAKE_LOG"] + ".late")

def spawn(source):  # a child, and wait until it calls ready()
    import subprocess
    reader, writer = os.pipe()
    begin = "import os, signal, sys, time\\ndef ready(): os.write(%d, b'x')\\n" % writer
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", begin + source], pass_fds=[writer])
    with open(os.environ["FAKE_LOG"] + ".pid", "w") as note:
        note.write(str(child.pid))
    os.close(writer)
    os.read(reader, 1)

exec(os.environ.get("FAKE_CODE", ""))
sys.exit(int(os.environ.get("FAKE_RC", "0")))
"""


@pytest.fixture(scope="session")
def runner():
    """runner.py as a module."""
    spec = importlib.util.spec_from_file_location("policygen_runner", RUNNER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def clean_environment(**more):
    dropped = ("PYTEST_", "GITHUB_", "PYTHONPATH", "NO_COLOR", "POLICYGEN_", "COV_", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, **{name: str(value) for name, value in more.items()}}


@pytest.fixture(autouse=True, scope="session")
def no_signal_is_ignored():
    """Under nohup, or in the background of a script, the processes of the tests would inherit that."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)}
    for number, handler in kept.items():
        if handler == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


class Project:
    """A project folder with a wrapper in tests/ and, unless python names another, a fake pytest on PYTHONPATH."""

    def __init__(self, folder, python=None):
        self.root = folder / "a project"
        self.log = folder / "calls"
        self.late = folder / "calls.late"
        self.prelude = ""
        self.tmp = folder / "tmp"
        self.python = python or sys.executable
        self.env = clean_environment(TMPDIR=self.tmp)
        for directory in (self.root / "tests", self.tmp):
            directory.mkdir(parents=True)
        (self.root / "tests" / "w.sh").write_text("")
        if python is None:
            self.fake(folder / "site")

    def fake(self, site):
        self.site = site
        (site / "pytest").mkdir(parents=True)
        (site / "pytest" / "__init__.py").write_text("")
        (site / "pytest" / "__main__.py").write_text(FAKE_PYTEST)
        self.distribution("pytest", "8.4.2")
        self.distribution("pytest-xdist", "3.8.0")
        self.env.update(PYTHONPATH=str(site), FAKE_LOG=str(self.log))

    def jumping_clock(self):
        """Let an hour pass for the runner once self.late exists, which the fake pytest makes by late()."""
        self.prelude = JUMPING_CLOCK.format(str(self.late))
        return self

    def distribution(self, name, version):
        folder = self.site / ("%s-%s.dist-info" % (name.replace("-", "_"), version))
        folder.mkdir()
        (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version))

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def command(self, *words, preflight="0"):
        fixed = ["protocol=1", "name=w.sh", "script=%s" % (self.root / "tests" / "w.sh"), "root=..", "project=demo", "backend=robin",
                 "backend-from=flag", "policy=demo 1", "preflight=" + preflight, "plugin=" + EVENTS.read_text()]
        return [str(self.python), "-I", "-c", self.prelude + RUNNER.read_text(), *fixed, *words]

    def start(self, *words, env=None, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.command(*words), env={**self.env, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, encoding="utf-8", errors="surrogateescape", **options)

    def finish(self, process, text=None):
        try:
            out, err = process.communicate(text, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.terminate()
            out, err = process.communicate()
            raise AssertionError("the runner hung for %d s; its output:\n%s\n%s" % (PATIENCE, out, err)) from None
        return SimpleNamespace(code=process.returncode, out=out, err=err, calls=self.calls())

    def run(self, *words, preflight="0", env=None, stdin=None, cwd=None):
        process = subprocess.Popen(
            self.command(*words, preflight=preflight), env={**self.env, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.PIPE, text=True, encoding="utf-8", errors="surrogateescape", cwd=cwd)
        return self.finish(process, stdin)

    def calls(self):
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def left_over(self):
        """What the runner forgot in the temporary folder."""
        return [path for path in self.tmp.iterdir() if path.name.startswith("policygen")]


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def has_xdist(python):
    return subprocess.run([python, "-c", "import pytest, xdist"], stderr=subprocess.DEVNULL).returncode == 0


def real_pythons():
    named = [os.environ[name] for name in ("POLICYGEN_TEST_PYTHON", "POLICYGEN_TEST_PYTHON_OLD") if os.environ.get(name)]
    return named or ([sys.executable] if has_xdist(sys.executable) else [])


REAL = real_pythons()


def real_project(folder, python):
    if python is None:
        message = "no Python with pytest and pytest-xdist; set POLICYGEN_TEST_PYTHON"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return Project(folder, python=python)


@pytest.fixture(params=REAL or [None])
def every(request, tmp_path):
    """A project whose pytest and xdist are real, once per release: for what differs between releases."""
    return real_project(tmp_path, request.param)


@pytest.fixture(params=(REAL if SOAK else REAL[:1]) or [None])
def real(request, tmp_path):
    """The same with the newest releases only, but for the soak."""
    return real_project(tmp_path, request.param)
