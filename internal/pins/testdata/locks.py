"""Print the packages of a lock, read with tomllib alone: a JSON list of [name, version], as they stand there."""

import json
import sys
import tomllib

with open(sys.argv[1], "rb") as f:
    lock = tomllib.load(f)
packages = lock.get("package", lock.get("packages", []))
print(json.dumps([[p["name"], p["version"]] for p in packages if "version" in p]))
