"""Answer questions about versions and specifiers with the library packaging.

Reads one JSON object per line and writes one JSON value per line. The first line out is packaging's
version; a missing library is an error.

    {"parse": [text, ...]}                       -> [normalised or null, ...]
    {"compare": [[text, text], ...]}             -> [-1 | 0 | 1, ...]
    {"valid": [text, ...]}                       -> [whether text is a specifier set, ...]
    {"specifiers": text, "versions": [...]}      -> [membership, membership without pre-releases]
    {"left": text, "right": text, "pool": [...]} -> [membership in left, in right, relations or null]
    {"names": [text, ...]}                       -> [normalised, ...]

A membership is a string with one "0" or "1" per version. Relations are those of packaging.ranges
(packaging 26.3 and later): left empty, subset, disjoint, equal, union is everything.
"""

import functools
import json
import re
import sys

import packaging
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

HAS_RANGES = hasattr(SpecifierSet, "to_range")

version = functools.lru_cache(maxsize=None)(Version)


@functools.lru_cache(maxsize=64)
def specifiers(text):
    if not HAS_RANGES:
        # packaging up to 26.2 takes the prefix of "~=" from the text as it is spelt, so that
        # "~=1.0.RC1" and "~=v1.0" have a wrong one. Only the normal spelling gives the right answer.
        text = re.sub(r"~=\s*([^,\s]+)", lambda m: "~=" + str(Version(m[1])), text)
    return SpecifierSet(text, prereleases=True)


def parse(text):
    try:
        return str(Version(text))
    except InvalidVersion:
        return None


def compare(pair):
    left, right = map(version, pair)
    return (left > right) - (left < right)


def valid(text):
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def membership(text, versions, prereleases=True):
    contains = specifiers(text).contains
    return "".join("01"[contains(version(v), prereleases=prereleases)] for v in versions)


def relations(left, right):
    if not HAS_RANGES:
        return None
    left, right = specifiers(left).to_range(), specifiers(right).to_range()
    return [
        left.is_empty,
        left.is_subset(right),
        left.is_disjoint(right),
        left.is_subset(right) and right.is_subset(left),
        (~left).is_subset(right),
    ]


def answer(question):
    match question:
        case {"parse": texts}:
            return [parse(text) for text in texts]
        case {"compare": pairs}:
            return [compare(pair) for pair in pairs]
        case {"valid": texts}:
            return [valid(text) for text in texts]
        case {"specifiers": text, "versions": versions}:
            return [membership(text, versions), membership(text, versions, prereleases=False)]
        case {"left": left, "right": right, "pool": pool}:
            return [membership(left, pool), membership(right, pool), relations(left, right)]
        case {"names": names}:
            return [canonicalize_name(name) for name in names]
    raise ValueError(question)


print(json.dumps(packaging.__version__))
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
