#!/bin/bash
DIR=$(dirname "$(realpath "$0")")
cd "$DIR"/../tests/unit
pytest "${0##*/}" "${DIR%/*}/x"
