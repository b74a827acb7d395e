#!/bin/bash
# args: tests/unit/test_a.py::b
T=$1
pytest "${T%%::*}" "${T##*::}" "${T/unit/other}" "${T//t/T}" "${T:0:5}" "${#T}" "${T^^}" "${T@Q}"
X="a.b.c"; pytest "${X%.*}" "${X#*.}" "${X/#a/z}" "${X/%c/z}" "${X:1}" "${X: -1}" "${X,,}"
