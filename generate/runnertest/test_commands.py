"""The command line and the environment of a phase."""
import os
import shlex
import subprocess

import pytest

from conftest import PATIENCE


def settled(runner, words, xdist=True):
    config = runner.settle(runner.decode(["protocol=1", "backend=robin", *words]))
    config.has_xdist, config.seed = xdist, ""
    return config


@pytest.mark.parametrize("words, expected", [
    (["phase=a"], "-n 0"),
    (["phase=a", "arg=-v", "workers=4", "dist=load", "restart=1000", "max=4", "path=t u"],
     "-v -n 4 --dist load --max-worker-restart=1000 't u' --maxprocesses=4"),
    (["phase=a", "workers=auto", "max=4"], "-n auto --maxprocesses=4"),
    (["phase=a", "workers=3"], "-n 3"),
    (["phase=a", "workers=0", "dist=load", "restart=1", "max=4"], "-n 0"),
    (["junit-dir=out", "pass=-x", "pass-path=p::t", "pass=", "phase=a", "arg=-m", "arg=not slow", "path=t"],
     "-m 'not slow' t --junitxml=out/a-robin.xml -x p::t '' -n 0"),
    (["pass=-n", "pass=9", "phase=a", "workers=4", "max=4"], "-n 4 -n 9 --maxprocesses=4"),
    (["pass=-p", "pass=no:xdist", "phase=a", "workers=4", "max=4", "dist=load"], "-p no:xdist"),
    (["pass=-pno:xdist", "phase=a"], "-pno:xdist"),
    (["phase=a", "arg=-p", "arg=no:xdist"], "-p no:xdist"),
    (["pass=-k", "pass=no:xdist", "phase=a", "workers=2"], "-n 2 -k no:xdist"),
])
def test_words_after_pytest(runner, words, expected):
    config = settled(runner, words)
    assert runner.pytest_words(config, config.phases[0]) == shlex.split(expected)


@pytest.mark.parametrize("workers", ["4", "0", "auto"])
def test_without_xdist_no_word_of_it_is_left(runner, workers):
    config = settled(runner, ["pass=-x", "phase=a", "workers=" + workers, "dist=load", "restart=1", "max=4", "path=t"], xdist=False)
    assert runner.pytest_words(config, config.phases[0]) == ["t", "-x"]


def env_of(runner, monkeypatch, words, **caller):
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in caller.items():
        monkeypatch.setenv(name, value)
    config = settled(runner, words)
    before = dict(os.environ)
    env = runner.environment(config, config, config.phases[0])
    assert dict(os.environ) == before
    return env, config


@pytest.mark.parametrize("words, caller, expected", [
    (["env=A=1", "phase=p"], {"A": "0"}, {"A": "1"}),
    (["env=A=1", "phase=p", "env=A=2"], {}, {"A": "2"}),
    (["env-default=A=1", "phase=p"], {"A": "0"}, {"A": "0"}),
    (["env-default=A=1", "phase=p"], {"A": ""}, {"A": ""}),
    (["env-default=A=1", "phase=p", "env-default=A=2"], {}, {"A": "2"}),
    (["env=A=1", "phase=p", "env-default=A=2"], {}, {"A": "1"}),
    (["env-default=A=1", "env=A=2", "phase=p"], {}, {"A": "2"}),
    (["unset=A", "env-default=A=1", "phase=p"], {"A": "0"}, {"A": "1"}),
    (["unset=A", "unset=ABSENT", "phase=p"], {"A": "0", "B": "1"}, {"B": "1"}),
    (["env=A=1", "phase=p", "unset=A"], {}, {}),
    (["env=A=x=y\n", "phase=p"], {}, {"A": "x=y\n"}),
])
def test_environment(runner, monkeypatch, words, caller, expected):
    assert env_of(runner, monkeypatch, words, **caller)[0] == expected


@pytest.mark.parametrize("caller, words, expected", [
    ({}, ["pythonpath=.", "phase=p"], ["{cwd}"]),
    ({"PYTHONPATH": ""}, ["pythonpath=.", "phase=p"], ["{cwd}"]),
    ({"PYTHONPATH": "/x:/y"}, ["pythonpath=.", "pythonpath=src", "phase=p"], ["{cwd}", "{cwd}/src", "/x", "/y"]),
    ({"PYTHONPATH": "/x"}, ["pythonpath=.", "phase=p", "env=PYTHONPATH=/z"], ["{cwd}", "/z"]),
    ({"PYTHONPATH": "/x"}, ["phase=p"], ["/x"]),
])
def test_pythonpath_gets_no_empty_element(runner, monkeypatch, tmp_path, caller, words, expected):
    monkeypatch.chdir(tmp_path)
    env, _ = env_of(runner, monkeypatch, words, **caller)
    assert env["PYTHONPATH"].split(":") == [element.format(cwd=tmp_path) for element in expected]


@pytest.mark.parametrize("words, caller, chosen", [
    (["env=PYTHONHASHSEED=random", "phase=p"], {}, True),
    (["phase=p", "env-default=PYTHONHASHSEED=random"], {}, True),
    (["env-default=PYTHONHASHSEED=random", "phase=p"], {"PYTHONHASHSEED": "7"}, False),
    (["env=PYTHONHASHSEED=0", "phase=p"], {}, False),
    (["phase=p"], {"PYTHONHASHSEED": "random"}, False),
])
def test_a_random_hash_seed_is_chosen_once_and_known(runner, monkeypatch, words, caller, chosen):
    env, config = env_of(runner, monkeypatch, words, **caller)
    assert bool(config.seed) is chosen
    if chosen:
        assert env["PYTHONHASHSEED"] == config.seed and 0 <= int(config.seed) < 2**32
        assert runner.environment(config, config, config.phases[0])["PYTHONHASHSEED"] == config.seed


def pasted(project, out, env=None):
    """Run the printed lines in a shell, from the root."""
    project.log.unlink()
    script = "\n".join(line[2:] for line in out.splitlines() if line.startswith("+ "))
    subprocess.run(["sh", "-c", script], cwd=project.root, env={**project.env, **(env or {})}, check=True, timeout=PATIENCE)
    return project.calls()


def test_printed_lines_can_be_pasted(project):
    project.file("tests/a b/it's.py", "")
    words = ["pass=-k", "pass=a and 'b' \"$HOME\" `x` \\", "pass=", "pass=-rA*?[", "pythonpath=.", "env=TZ=UTC", "env=ODD=a b'c",
             "env-default=LANG=x y", "unset=GIT_DIR", "phase=one", "path=tests/a b/it's.py", "workers=2", "max=2", "phase=two", "env=TZ=CET"]
    env = {"GIT_DIR": "/x", "LANG": "C"}
    result = project.run(*words, env=env)
    again = pasted(project, result.out, env)
    assert result.code == 0 and len(result.calls) == len(again) == 2
    for first, second in zip(result.calls, again):
        assert first["argv"][2:] == second["argv"] and first["argv"][:2] == ["-p", "policygen_events"]
        ours = {"POLICYGEN_EVENTS", "POLICYGEN_SHARD", "PYTHONPATH"}
        noise = {"PWD", "OLDPWD", "SHLVL", "_"}
        assert {k: v for k, v in first["env"].items() if k not in ours | noise} == {k: v for k, v in second["env"].items() if k not in ours | noise}
        assert first["env"]["PYTHONPATH"].startswith(second["env"]["PYTHONPATH"] + ":")
    assert "GIT_DIR" not in again[0]["env"] and again[1]["env"]["TZ"] == "CET"
    assert "policygen_events" not in "".join(line for line in result.out.splitlines() if line.startswith("+ "))


def test_bytes_that_are_no_utf_8_reach_pytest_and_the_screen(project):
    result = project.run("pass=\udcff\udcfe", "phase=a")
    assert result.code == 0 and result.calls[0]["argv"][-3] == "\udcff\udcfe" and "\udcff\udcfe" in result.out


@pytest.mark.parametrize("words, end", [
    (["pass=-m", "pass=slow", "phase=a", "arg=-m", "arg=not x", "workers=0"], ["-m", "(not x) and (slow)", "-n", "0"]),
    (["pass=-mslow", "phase=a", "arg=-m", "arg=not x", "workers=0"], ["-m", "(not x) and (slow)", "-n", "0"]),
    (["pass=-k", "pass=", "phase=a", "arg=-k", "arg=x", "workers=0"], ["-k", "x", "-n", "0"]),
    (["pass=-m", "pass=slow", "phase=a", "workers=0"], ["-n", "0"]),
    (["pass=--dist", "pass=loadfile", "phase=a", "workers=2", "dist=load", "restart=9", "max=2"], ["--max-worker-restart=0", "--maxprocesses=2"]),
    (["pass=--dist=worksteal", "phase=a", "workers=2", "dist=load", "restart=9", "max=2"], ["--maxprocesses=2"]),
])
def test_the_guard_stands_last(runner, monkeypatch, words, end):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    config = runner.settle(runner.decode(["protocol=1", "backend=b", *words]))
    config.has_xdist = True
    assert runner.pytest_words(config, config.phases[0])[-len(end) - 1:][1:] == end


@pytest.mark.parametrize("variables", [{"PYTEST_ADDOPTS": "-p no:xdist"}, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}])
def test_xdist_can_be_switched_off_by_a_variable(runner, monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    config = runner.settle(runner.decode(["protocol=1", "backend=b", "phase=a", "workers=2", "dist=load", "max=2"]))
    config.has_xdist = True
    assert runner.pytest_words(config, config.phases[0]) == []
    assert "serial" in runner.describe(config, config.phases[0])
