#!/bin/bash
# args: a b "c d"
pytest "${@: -1}" "${!#}" "${@:1:$#-1}"
