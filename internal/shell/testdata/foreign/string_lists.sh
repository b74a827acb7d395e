#!/bin/bash
DIRS="tests/unit tests/spark"
for d in $DIRS; do pytest "$d" || exit 1; done
set -- $DIRS; pytest "$2"
