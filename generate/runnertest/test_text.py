"""The two sources stand inside a single-quoted shell word of every wrapper."""
import ast
import shutil
import subprocess

import pytest

from conftest import EVENTS, RUNNER

SOURCES = pytest.mark.parametrize("source", [RUNNER, EVENTS], ids=lambda path: path.name)


@SOURCES
@pytest.mark.parametrize("character", ["'", "$", "`", "\r", "\t", "\0"])
def test_holds_no_character_that_shell_or_its_linters_mind(source, character):
    assert character not in source.read_bytes().decode("ascii")


@SOURCES
def test_no_line_ends_in_a_backslash(source):
    assert not [line for line in source.read_text().splitlines() if line.endswith("\\")]


@SOURCES
def test_one_word_stays_below_the_limit_of_linux(source):
    """MAX_ARG_STRLEN is 128 KiB."""
    assert source.stat().st_size < 100_000


@SOURCES
def test_speaks_python_3_8(source):
    ast.parse(source.read_text(), feature_version=(3, 8))


def test_imports_only_the_standard_library_and_not_pytest():
    nodes = list(ast.walk(ast.parse(RUNNER.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names <= {"json", "os", "re", "select", "shlex", "signal", "sys", "time", "contextlib", "types", "importlib",
                     "importlib.machinery", "site", "tempfile", "shutil", "ctypes", "traceback", "hashlib", "subprocess"}


@SOURCES
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "busybox"])
def test_shells_hand_it_over_unchanged(source, shell):
    if not shutil.which(shell):
        pytest.skip("no %s here" % shell)
    command = [shell, "sh"] if shell == "busybox" else [shell]
    script = "printf %s '" + source.read_text() + "'"
    assert subprocess.run(command, input=script.encode(), stdout=subprocess.PIPE).stdout == source.read_bytes()
