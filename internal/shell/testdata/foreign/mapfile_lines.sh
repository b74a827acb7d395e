#!/bin/bash
mapfile -t V < versions.txt
pytest "${#V[@]}" "${V[@]}"
readarray -t W < <(printf '%s\n' a "b c")
pytest "${W[@]}"
