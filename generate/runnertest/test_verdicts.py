"""From events and exit codes to counts, words and codes: no process is started here."""
import json
import signal
from types import SimpleNamespace

import pytest


def lines(*events):
    return [json.dumps({"event": name, "worker": "main", **fields}) for name, fields in events]


def collected(*ids):
    return "collected", {"ids": list(ids)}


def started(name, worker="main"):
    return "started", {"id": name, "worker": worker}


def reported(name, when="call", outcome="passed", worker="main"):
    return "reported", {"id": name, "when": when, "outcome": outcome, "worker": worker}


LOADED = "loaded", {}
DEALT = "dealt", {"tests": 2}
DOWN = "down", {"worker": "gw0", "error": "Not properly terminated"}


def finish(reason=""):
    return "finish", {"status": 0, "reason": reason}


@pytest.mark.parametrize("events, expected", [
    ([], {}),
    ([collected("a", "b"), collected("b", "c"), reported("a")], {"passed": 1, "not run": 2}),
    ([collected("a"), reported("a"), reported("a", "teardown")], {"passed": 1}),
    ([collected("a"), reported("a"), reported("a", "teardown", "failed")], {"failed": 1}),
    ([collected("a"), reported("a", "setup", "failed"), reported("a", "teardown")], {"failed": 1}),
    ([collected("a"), reported("a", "setup", "skipped"), reported("a", "teardown")], {"skipped": 1}),
    ([collected("a", "b"), reported("a", outcome="xfailed"), reported("b", outcome="xpassed")], {"xfailed": 1, "xpassed": 1}),
    ([collected("a"), reported("a", outcome="rerun"), reported("a")], {"passed": 1}),
    ([collected("a"), reported("a", outcome="failed"), reported("a", outcome="passed")], {"failed": 1}),
    ([reported("m.py", "collect", "failed"), reported("n.py", "collect", "skipped")], {"failed": 1, "skipped": 1}),
    ([collected("a"), reported("a", "???", "failed", "gw0"), reported("a", worker="gw1")], {"crashed": 1}),
    ([collected("a", "b"), started("a", "gw0"), started("b", "gw0"), reported("a", worker="gw0"), DOWN], {"passed": 1, "crashed": 1}),
    ([collected("a"), started("a", "gw0"), reported("a", "teardown", worker="gw0"), DOWN], {}),
    ([collected("a"), reported("a", "teardown")], {}),  # --setup-only: done, but neither passed nor lost
])
def test_counts(runner, events, expected):
    counts = runner.Tally(lines(*events)).counts()
    assert {name: count for name, count in counts.items() if count} == expected


def test_a_line_cut_short_or_unknown_is_skipped(runner):
    tally = runner.Tally(lines(LOADED, collected("a")) + ['{"event": "rep', "[]", "3", '{"event": "novel"}', '{"worker": "x"}', ""])
    assert tally.loaded and tally.lost() == ["a"]


def test_a_serial_pytest_that_vanishes_crashed_in_its_test(runner):
    tally = runner.Tally(lines(collected("a", "b"), started("a")))
    tally.close(ended_by_us=False)
    assert list(tally.crashed) == ["a"] and tally.lost() == ["b"]


@pytest.mark.parametrize("more, ended_by_us", [([], True), ([finish()], False), ([("interrupt", {})], False)])
def test_a_test_that_was_cut_off_did_not_crash(runner, more, ended_by_us):
    tally = runner.Tally(lines(collected("a"), started("a"), *more))
    tally.close(ended_by_us)
    assert not tally.crashed and list(tally.running.values()) == ["a"] and not tally.lost()


RAN = [LOADED, collected("a"), reported("a")]
LOST = [LOADED, collected("a", "b"), reported("a")]


@pytest.mark.parametrize("code, reason, events, allowed, expected", [
    (0, None, RAN, False, (0, "passed")),
    (0, None, [], False, (0, "passed")),
    (0, None, [LOADED], False, (0, "nothing ran")),
    (1, None, RAN, False, (1, "failed")),
    (0, None, LOST, False, (3, "incomplete: tests never ran")),
    (0, None, LOST + [finish("stopping")], False, (3, "incomplete: tests never ran")),
    (1, None, LOST, False, (3, "incomplete: tests never ran")),
    (1, None, LOST + [finish("stopping after 1 failures")], False, (1, "failed")),
    (0, None, RAN + [("internal", {"error": "KeyError"})], False, (3, "internal error")),
    (0, None, RAN + [DOWN], False, (1, "failed: a worker died")),
    (0, None, [LOADED, DOWN], False, (3, "incomplete: a worker died and nothing ran")),
    (5, None, [LOADED], False, (5, "empty")),
    (5, None, [LOADED], True, (0, "empty")),
    (5, None, [LOADED, DOWN], True, (5, "empty: a worker died and nothing ran")),
    (5, None, [LOADED, DEALT], False, (0, "no test in this shard")),
    (5, None, [LOADED, DEALT, DOWN], False, (5, "empty: a worker died and nothing ran")),
    (5, None, [LOADED, ("dealt", {"tests": 0})], False, (5, "empty")),
    (5, None, [LOADED, ("dealt", {"tests": 0})], True, (0, "empty")),
    (2, None, LOST, False, (2, "stopped: interrupted or errors during collection")),
    (2, None, LOST + [("interrupt", {})], False, (130, "interrupted")),
    (3, None, RAN, True, (3, "internal error")),
    (4, None, [], True, (4, "usage error")),
    (77, None, RAN, False, (77, "exit code 77")),
    (139, None, RAN, False, (139, "exit code 139 (SIGSEGV)")),
    (-signal.SIGSEGV, None, RAN, True, (139, "killed by SIGSEGV")),
    (-signal.SIGKILL, None, [], True, (137, "killed by SIGKILL")),
    (-signal.SIGINT, None, [], False, (130, "interrupted")),
    (2, "limit", RAN + [("interrupt", {})], False, (124, "timed out")),
    (-signal.SIGKILL, "limit", [], False, (124, "timed out")),
    (0, "limit", RAN, False, (124, "timed out")),
    (-signal.SIGTERM, int(signal.SIGTERM), [], False, (143, "stopped by SIGTERM")),
    (0, int(signal.SIGHUP), RAN, False, (129, "stopped by SIGHUP")),
    (2, int(signal.SIGINT), RAN, False, (130, "interrupted")),
])
def test_verdict_of_a_phase(runner, code, reason, events, allowed, expected):
    assert runner.judge_phase(code, reason, runner.Tally(lines(*events)), allowed) == expected


def result(code, required=True, empty=False, ends_run=False):
    return SimpleNamespace(code=code, required=required, empty=empty, ends_run=ends_run)


def test_severity_is_the_order_of_the_contract(runner):
    worst_first = [130, 143, 124, 77, 3, 4, 2, 1, 5, 0]
    assert sorted(reversed(worst_first), key=runner.severity) == worst_first


@pytest.mark.parametrize("results, stopped, expected", [
    ([result(0)], 0, 0),
    ([result(1), result(3), result(0)], 0, 3),
    ([result(5, empty=True), result(0)], 0, 5),
    ([result(0, empty=True), result(0)], 0, 0),
    ([result(0, empty=True), result(0, empty=True)], 0, 5),
    ([], 0, 5),
    ([result(139), result(130, ends_run=True)], 0, 130),
    ([result(3, required=False), result(0)], 0, 0),
    ([result(0), result(130, required=False, ends_run=True)], 0, 130),
    ([result(124), result(143)], 0, 143),
    ([result(0)], signal.SIGTERM, 143),
    ([], signal.SIGINT, 130),
])
def test_overall(runner, results, stopped, expected):
    assert runner.overall(results, stopped) == expected


@pytest.mark.parametrize("word, expected", [
    ("-k", True), ("-kfoo", True), ("-m", True), ("-xvk", True), ("--lf", True), ("--ignore=x", True), ("--deselect", True), ("--sw", True),
    ("-x", False), ("--maxfail=1", False), ("-rA", False), ("--ff", False), ("tests/kmk", False), ("--log-level", False), ("-vv", False)])
def test_words_by_which_a_user_narrows_a_run(runner, word, expected):
    assert bool(runner.NARROWING.fullmatch(word)) is expected


def test_text_for_github_cannot_end_its_command(runner):
    assert runner.escape_command("50%\r\n::error::x") == "50%25%0D%0A::error::x"
    assert runner.escape_cell("a|b\n*c*") == "a\\|b \\*c\\*"
