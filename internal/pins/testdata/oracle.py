"""Answer questions about requirements and markers with the library packaging.

Reads one JSON object per line and writes one JSON value per line. The first line out is packaging's version.

    {"requirement": text}            -> null, or [name, sorted extras, specifiers, url, whether there is a marker]
    {"marker": text, "in": [env...]} -> null, or [whether it holds, for each environment]
"""

import json
import sys

import packaging
from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def requirement(text):
    try:
        r = Requirement(text)
    except (InvalidRequirement, InvalidSpecifier):
        return None
    extras = sorted({canonicalize_name(e) for e in r.extras})
    return [r.name, extras, sorted({clause(s) for s in r.specifier}), r.url or "", r.marker is not None]


def clause(specifier):
    """Return a clause with its version in the normal form, which packaging leaves as it was written: "4.0_rc1" is 4.0rc1."""
    version, star = specifier.version, ""
    if version.endswith(".*"):
        version, star = version[:-2], ".*"
    try:
        version = str(Version(version)) if specifier.operator != "===" else version
    except InvalidVersion:
        pass
    return specifier.operator + version + star


def marker(question):
    try:
        m = Marker(question["marker"])
    except InvalidMarker:
        return None
    return [holds(m, env) for env in question["in"]]


def holds(m, env):
    env = {k: set(v) if k in ("extras", "dependency_groups") else v for k, v in env.items()}
    try:
        return m.evaluate(env, context="lock_file")
    except (UndefinedComparison, UndefinedEnvironmentName, KeyError):
        return None


print(json.dumps(packaging.__version__))
for line in sys.stdin:
    question = json.loads(line)
    if "requirement" in question:
        print(json.dumps(requirement(question["requirement"])))
    else:
        print(json.dumps(marker(question)))
