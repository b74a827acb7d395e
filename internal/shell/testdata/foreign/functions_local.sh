#!/bin/bash
run() { local n="$1"; shift; local -a extra=("$@"); pytest -n "$n" "${extra[@]}"; }
n=9
run 4 tests/unit "a b"
run 2
pytest "$n"
