#!/bin/bash
add() { local -n arr=$1; shift; arr+=("$@"); }
ARGS=(-v); add ARGS -n 4; pytest "${ARGS[@]}"
