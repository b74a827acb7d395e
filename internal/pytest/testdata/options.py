"""Prints the options of pytest, pytest-xdist and pytest-timeout: name, destination, arity, what a value has to be."""
import argparse
import json
import sys
from importlib.metadata import version

import _pytest.config

config = _pytest.config.get_config([])
config.pluginmanager.load_setuptools_entrypoints("pytest11")
options = {}
for group in config._parser._groups + [config._parser._anonymous]:
    for option in group.options:
        action = getattr(option, "_action", None)
        if action is None:
            action = argparse.ArgumentParser(add_help=False).add_argument(*option.names(), **option.attrs())
        check = getattr(action.type, "__name__", "")
        if check == "parse_numprocesses":
            check = "workers"
        elif check not in ("int", "float"):
            check = "|".join(sorted(action.choices)) if action.choices and action.type is None else ""
        for name in option.names():
            options[name] = [action.dest, {None: "one", 0: "none", "?": "maybe"}[action.nargs], check]
json.dump({"releases": {"pytest": version("pytest"), "xdist": version("pytest-xdist")}, "options": options}, sys.stdout)
