#!/bin/bash
# args: "a b" c
pytest "$*" $* "$@" x"$@"y
for a; do pytest "$a"; done
