"""Runs that share the tests: every test in just one of them, those of one file together, whatever order and process they come in."""
import importlib.util
import random
import re

import pytest

from conftest import EVENTS
from test_real import counts, phase

SIZES = dict(a=9, b=1, c=4, d=4, e=2, f=7, g=1, h=3, i=3, j=5, k=2, l=1)
SHARES = ["agl", "bfi", "hjk", "cde"]  # by hand: 11, 11, 10 and 10 tests; of files with as many tests those from g on come first

NOTE = """
    import os
    import pytest

    def pytest_collection_modifyitems(items):
        items.reverse()

    @pytest.fixture(autouse=True)
    def note(request):
        with open(os.environ["NOTES"], "a") as notes:
            notes.write(request.node.nodeid.partition("@")[0] + "\\n")
"""


@pytest.fixture(scope="session")
def events():
    """events.py as a module."""
    spec = importlib.util.spec_from_file_location("policygen_events_of_tests", EVENTS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def suite(project, sizes=SIZES, test="def test_%d(): pass\n"):
    """Write a file for each letter, in two folders, and a conftest that turns the order around and notes what runs."""
    project.file("tests/conftest.py", NOTE)
    for letter, size in sizes.items():
        project.file(name(letter), "".join(test % number for number in range(size)))
    return project


def name(letter):
    return "tests/%s/test_%s.py" % ("front" if letter < "g" else "back", letter)


def run(project, shard, *words):
    """Run one shard and return the result, with the ids of the tests that ran in their order."""
    notes = project.root / ("notes-" + shard.replace("/", "-"))
    result = project.run("shard=" + shard, *words, env={"NOTES": str(notes)})
    result.ran = notes.read_text().splitlines() if notes.exists() else []
    return result


def ids(letters, sizes=SIZES):
    return ["%s::test_%d" % (name(letter), number) for letter in letters for number in range(sizes[letter])]


def files(result):
    return "".join(sorted({re.search("test_(.)[.]py", test)[1] for test in result.ran}))


@pytest.mark.parametrize("workers", [0, 2])
def test_every_test_runs_in_one_shard(every, workers):
    suite(every)
    results = [run(every, "%d/4" % shard, *phase(workers)) for shard in (1, 2, 3, 4)]
    assert [result.code for result in results] == [0] * 4, results[0].out
    assert [files(result) for result in results] == SHARES
    assert sorted(test for result in results for test in result.ran) == sorted(ids(SIZES))
    for number, result in enumerate(results, 1):
        assert counts(result) == {"passed": len(result.ran)} and "exit 0: passed, shard %d of 4\n" % number in result.out
        assert "  shard     %d of 4: " % number in result.out
    if workers == 0:
        whole = [test for letter in sorted(SIZES, key=lambda letter: (letter < "g", letter)) for test in ids(letter)]
        for result in results:
            assert result.ran == [test for test in reversed(whole) if test in result.ran]
            assert "%d deselected" % (42 - len(result.ran)) in result.out


@pytest.mark.parametrize("dist", ["loadfile", "loadgroup", "loadscope"])
def test_the_dist_mode_changes_no_shard(real, dist):
    suite(real, test="import pytest\n@pytest.mark.xdist_group('g')\ndef test_%d(): pass\n")
    result = run(real, "2/4", *phase(2, dist=dist))
    assert result.code == 0 and files(result) == SHARES[1] and sorted(result.ran) == sorted(ids(SHARES[1]))


def test_what_the_user_selects_is_dealt_out(every):
    """Of test_0 there are 12 and of test_4 3: a, f and j have both."""
    suite(every)
    results = [run(every, "%d/4" % shard, "pass=-k", "pass=test_0 or test_4", *phase(0)) for shard in (1, 2, 3, 4)]
    ran = [test for result in results for test in result.ran]
    assert sorted(ran) == sorted(test for test in ids(SIZES) if test[-1] in "04") and len(ran) == 15
    assert [len(result.ran) for result in results] == [4, 4, 4, 3] and [files(result) for result in results] == ["cij", "adk", "efl", "bgh"]


def test_a_crash_is_counted_in_its_shard(every):
    suite(every)
    every.file(name("c"), "import os\ndef test_0(): os.abort()\ndef test_1(): pass\ndef test_2(): pass\ndef test_3(): pass\n")
    results = [run(every, "%d/4" % shard, *phase(2)) for shard in (1, 2, 3, 4)]
    assert [result.code for result in results] == [0, 0, 0, 1]
    assert [counts(result) for result in results] == [{"passed": 11}, {"passed": 11}, {"passed": 10}, {"passed": 9, "crashed": 1}]
    assert "crashed: %s::test_0" % name("c") in results[3].out


def test_what_a_serial_crash_leaves_is_of_its_shard(real):
    suite(real, test="def test_%d(): __import__('os').abort()\n")
    result = run(real, "4/4", *phase(0))
    assert result.code == 134 and counts(result) == {"crashed": 1, "not run": 9}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_shard_without_a_test_is_no_failure(every, workers):
    suite(every, dict(a=2, b=1))
    words = [*phase(workers), "phase=b", "path=" + name("b"), "workers=%d" % workers]
    first, second, third = [run(every, "%d/3" % shard, *words) for shard in (1, 2, 3)]
    assert (first.code, files(first), counts(first, "b")) == (0, "ab", {"passed": 1})
    assert (second.code, files(second), counts(second, "b")) == (0, "b", {}) and "no test in this shard" in second.out
    assert (third.code, third.ran) == (0, []) and "exit 0: nothing ran at all, shard 3 of 3\n" in third.out


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("shard", ["1/2", "2/2"])
def test_what_is_empty_for_all_shards_is_empty(real, shard, workers):
    suite(real, dict(a=1))
    nothing = ["phase=b", "path=tests", "workers=%d" % workers, "arg=-k", "arg=nothing"]
    assert run(real, shard, *phase(workers), *nothing).code == 5
    assert run(real, shard, *phase(workers), *nothing, "allow-empty=1").code == 0
    assert run(real, shard, "pass=-k", "pass=nothing", *phase(workers)).code == 5


def test_each_phase_is_dealt_out_for_itself(real):
    """The halves of a split phase have the same files, but not the same tests in them."""
    suite(real, dict(a=3, b=3, c=1))
    halves = [*phase(0, "arg=-k", "arg=not test_2"), "phase=a+serial", "path=tests", "workers=0", "arg=-k", "arg=test_2"]
    one, two = [run(real, "%d/2" % shard, *halves) for shard in (1, 2)]
    assert [counts(one, half) for half in ("a", "a+serial")] == [{"passed": 3}, {"passed": 1}]
    assert [counts(two, half) for half in ("a", "a+serial")] == [{"passed": 2}, {"passed": 1}]
    assert sorted(one.ran + two.ran) == sorted(ids("abc", dict(a=3, b=3, c=1)))


def test_of_what_failed_last_each_shard_has_its_part(every):
    """--lf is a wrapper that acts when all others have, so the tests must be dealt out after it."""
    suite(every, dict(a=4, b=3, c=2, d=1))
    every.file(name("b"), "def test_0(): assert 0\ndef test_1(): pass\n")
    every.file(name("d"), "def test_0(): assert 0\n")
    assert run(every, "1/1", *phase(0)).code == 1
    one, two = [run(every, "%d/2" % shard, "pass=--lf", *phase(0)) for shard in (1, 2)]
    assert (one.ran, two.ran) == ([name("b") + "::test_0"], [name("d") + "::test_0"])
    assert "warning: what failed last is known to this machine only" in one.out


@pytest.mark.parametrize("workers", [0, 2])
def test_collect_only_shows_what_is_whose(real, workers):
    suite(real, dict(a=2, b=1))
    result = run(real, "2/2", "pass=--collect-only", *phase(workers))
    assert result.code == 0 and name("a") not in result.out
    assert workers or name("b") in result.out


def test_tests_see_no_trace_of_the_shard(every):
    every.file("tests/test_a.py", "import os\ndef test_env(): assert not [name for name in os.environ if name.startswith('POLICYGEN')]\n")
    for workers in (0, 1):
        assert every.run("shard=1/2", *phase(workers)).code == 0


def test_only_the_command_line_makes_a_shard(real):
    suite(real, dict(a=2, b=1))
    result = real.run(*phase(0), env={"POLICYGEN_SHARD": "2/2", "NOTES": "/dev/null"})
    assert result.code == 0 and counts(result) == {"passed": 3} and "shard" not in result.out


def test_tests_that_could_not_be_dealt_out_are_no_success(real):
    suite(real, dict(a=2))
    real.file("conftest.py", "def pytest_sessionstart(session): session.config.pluginmanager.getplugin('policygen_dealer').shard = 'x'\n")
    assert run(real, "1/2", *phase(0)).code == 3


def test_names_of_files_tell_shards_apart(project):
    result = project.run("log-dir=logs", "junit-dir=xml", "shard=2/4", "phase=unit")
    assert (project.root / "logs" / "unit-robin-2of4.log").exists() and "--junitxml=xml/unit-robin-2of4.xml" in result.calls[0]["argv"]


@pytest.mark.parametrize("mode", ["dry-run", "print-config"])
def test_without_a_run_the_shard_is_shown(project, mode):
    result = project.run("mode=" + mode, "shard=2/4", "phase=unit")
    assert "  shard     2 of 4: " in result.out and result.code == 0 and not result.calls


def test_any_files_are_dealt_out_once_and_evenly(events):
    dice = random.Random(714)
    for _ in range(300):
        sizes = {"t/%d.py" % number: dice.choice([1, 1, 2, 5, 30]) for number in range(dice.randrange(40))}
        count = dice.randint(1, 12)
        dealt = events.deal(sizes, count)
        loads = [sum(sizes[file] for file in dealt if dealt[file] == shard) for shard in range(1, count + 1)]
        assert dealt.keys() == sizes.keys() and max(loads) - min(loads) <= max(sizes.values(), default=0)
        assert all(bool(load) for load in loads[:len(sizes)])
        shuffled = list(sizes.items())
        dice.shuffle(shuffled)
        assert events.deal(dict(shuffled), count) == dealt


def test_dealing_by_hand(events):
    assert events.deal({}, 3) == {} and events.deal({"b": 1, "a": 1, "c": 1}, 2) == {"a": 1, "b": 2, "c": 1}
    assert events.deal({"small": 1, "large": 5, "middle": 3}, 2) == {"large": 1, "middle": 2, "small": 2}
    dealt = events.deal({name(letter): size for letter, size in SIZES.items()}, 4)
    assert dealt == {name(letter): number for number, share in enumerate(SHARES, 1) for letter in share}
