"""Our PEP 440 against packaging, which defines what the words mean."""
import itertools
import random

import pytest

from conftest import SOAK

PAIRS = 60000 if SOAK else 6000
OPERATORS = ["==", "!=", "<=", ">=", "<", ">", "~=", "==*", "!=*", "==="]


def some_version(rng, plain=False):
    text = rng.choice(["", "", "", "1!", "v"]) + ".".join(str(rng.choice([0, 0, 1, 1, 2, 3, 10])) for _ in range(rng.randint(1, 4)))
    text += rng.choice(["", "", "", "a1", "b0", "rc1", "-alpha.2", "c", ".preview3", "RC1", "_pre_1"])
    text += rng.choice(["", "", "", ".post1", ".post0", "-1", "rev2", ".r", "-post"])
    if not plain:
        text += rng.choice(["", "", "", ".dev0", ".dev1", "dev", "-dev_3"])
        text += rng.choice(["", "", "", "", "+local", "+1.2", "+ubuntu.1", "+1-a_B"])
    return text


def some_clause(rng, canonical):
    """~= is only compared in canonical spelling: packaging 26.2 cuts other spellings of it at the wrong place, 26.3 does not."""
    operator = rng.choice(OPERATORS)
    if operator.endswith("*"):
        return operator[:-1] + some_version(rng, plain=True) + ".*"
    text = canonical(some_version(rng)) if operator == "~=" else some_version(rng)
    return operator + (text if operator in ("==", "!=", "===") else text.split("+")[0])


def test_generated_pairs_agree_with_packaging(runner):
    specifiers = pytest.importorskip("packaging.specifiers")
    canonical = pytest.importorskip("packaging.version").Version
    rng, compared, admitted = random.Random(440), 0, 0
    while compared < PAIRS:
        clauses = ",".join(some_clause(rng, lambda text: str(canonical(text))) for _ in range(rng.choice([1, 1, 1, 2])))
        version = some_version(rng)
        try:
            expected = specifiers.SpecifierSet(clauses).contains(version, prereleases=True)
        except specifiers.InvalidSpecifier:
            continue
        assert runner.within(version, clauses) == expected, (version, clauses)
        compared, admitted = compared + 1, admitted + expected
    assert admitted > PAIRS / 20  # the generator does reach the interesting side


def precedence(runner, text):
    version = runner.parse_version(text)
    return runner.order(version), version.local


def test_order_agrees_with_packaging(runner):
    version_module = pytest.importorskip("packaging.version")
    rng = random.Random(441)
    texts = [some_version(rng) for _ in range(400 if SOAK else 120)]
    for left, right in itertools.product(texts, texts):
        ours = precedence(runner, left) < precedence(runner, right)
        assert ours == (version_module.Version(left) < version_module.Version(right)), (left, right)


@pytest.mark.parametrize("version, clauses, expected", [
    ("3.8.0", "", True), ("3.8.0", " >=3.2.1 , !=3.6.0 ", True), ("3.6.0", ">=3.2.1,!=3.6.0", False), ("3.10", ">3.9", True),
    ("1.0.post1", ">1.0", False), ("1.0rc1", "<1.0", False), ("1.0rc1", "<=1.0", True), ("1", "==1.0.0", True), ("3.5.post1", "==3.5.*", True),
    ("2.3", "~=2.2", True), ("3.0", "~=2.2", False), ("1.0+cpu", "==1.0", True), ("1!1.0", ">2", True), ("3.14.0rc1", ">=3.8", True),
    ("3.8.0", "<3 || >=3.2,!=3.6.0", True), ("3.6.0", "<3 || >=3.2,!=3.6.0 || ==9", False), ("2.5", "<3||>4", True), ("odd", "<3 || ===odd", True),
    ("not-a-version", ">=1", False), ("not-a-version", "===not-a-version", True), ("not-a-version", "", True),
])
def test_cases(runner, version, clauses, expected):
    assert runner.within(version, clauses) is expected


@pytest.mark.parametrize("clauses", ["three", ">=", "=1", ">=1;<2", ">=abc", "==1.*.*", "~=x", "~=1", ">=1 || three", "three || >=1", ">=1 | <2"])
def test_nonsense_is_a_broken_wrapper(runner, clauses):
    with pytest.raises(runner.Broken):
        runner.within("1.0", clauses)


@pytest.mark.parametrize("version, checked, expected", [
    ("3.8.0", "3.8.0", False), ("3.8.0+x", "3.8", False), ("3.8.1", "3.8.0", True), ("3.9.0.dev1", "3.8.0", True), ("weird", "3.8.0", True)])
def test_newer_than_checked(runner, version, checked, expected):
    assert runner.within(version, "<=" + checked) is not expected
