#!/bin/bash
[ "$X" = a ] || pytest 1
[ -n "$X" ] || pytest 2
[ $# -gt 0 ] || pytest 3
[[ $X -eq 0 ]] && pytest 4
