"""The words of the shell part, protocol 1."""
import json

import pytest


def test_sections_and_order(runner):
    words = ["protocol=1", "pass=-x", "pass-path=a b", "pass=", "env=A=1=2", "venv=.venv", "need=python", "range=>=3.8", "why=w\nw",
             "because=xdist-714", "text=t", "phase=unit", "arg=-m", "arg=not slow", "path=tests", "limit=1.5", "phase=slow", "workers=0"]
    assert runner.decode(words) == {
        "global": {"pass": [["pass", "-x"], ["pass-path", "a b"], ["pass", ""]], "venv": [".venv"], "pythonpath": [], "env": ["A=1=2"],
                   "env-default": [], "unset": [], "note": [], "protocol": "1"},
        "needs": [{"need": "python", "range": ">=3.8", "why": "w\nw"}],
        "because": [{"because": "xdist-714", "text": "t"}],
        "phases": [
            {"phase": "unit", "arg": ["-m", "not slow"], "path": ["tests"], "env": [], "env-default": [], "unset": [], "note": [], "limit": "1.5"},
            {"phase": "slow", "arg": [], "path": [], "env": [], "env-default": [], "unset": [], "note": [], "workers": "0"},
        ],
    }


def test_any_bytes_survive_json(runner):
    message = runner.decode(["protocol=1", "pass=\udcff\u2603='\"\\\n"])
    assert json.loads(json.dumps(message)) == message
    assert message["global"]["pass"] == [["pass", "\udcff\u2603='\"\\\n"]]


@pytest.mark.parametrize("words", [
    ["bogus=1"], ["noequals"], [""], ["=x"], ["limit=3"], ["why=x"], ["text=x"],
    ["phase=a", "pass=x"], ["phase=a", "range=x"], ["need=a", "limit=1"], ["because=a", "env=A=B"],
    ["name=a", "name=b"], ["phase=a", "limit=1", "limit=2"], ["need=x", "need2=y"],
])
def test_a_word_out_of_place_is_a_broken_wrapper(runner, words):
    with pytest.raises(runner.Broken):
        runner.decode(words)


@pytest.mark.parametrize("words", [
    [], ["protocol=2"], ["protocol=1", "grace=soon"], ["protocol=1", "mode=sing"], ["protocol=1", "env=NOVALUE"],
    ["protocol=1", "phase=a", "limit=30m"], ["protocol=1", "phase=a", "env-default=X"], ["protocol=1", "grace=nan"],
    ["protocol=1", "shard=1"], ["protocol=1", "shard=0/2"], ["protocol=1", "shard=3/2"], ["protocol=1", "shard=1/2/3"], ["protocol=1", "shard=a/b"],
    ["protocol=1", "grace=-1"], ["protocol=1", "phase=a", "limit=inf"],
])
def test_values_are_checked(runner, words):
    with pytest.raises(runner.Broken):
        runner.settle(runner.decode(words))


def test_a_broken_wrapper_exits_70_and_says_so(project):
    result = project.run("phase=a", "pass=late")
    assert result.code == 70 and "broken wrapper" in result.err and "pass=" in result.err and not result.calls


def test_a_broken_range_exits_70(project):
    result = project.run("need=pytest", "range=three", "phase=a", preflight="1")
    assert result.code == 70 and "range=three" in result.err and not result.calls
