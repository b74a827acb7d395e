#!/bin/bash
# args: a b c d
pytest "${@:2:2}" "${@: -1}"
A=(1 2 3 4); pytest "${A[@]:1}" "${A[-1]}" "${#A[@]}"
