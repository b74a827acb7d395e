#!/bin/bash
NAME=TARGET TARGET="x y"
pytest "${!NAME}" "${NOPE:-${NAME}}" "${!TAR*}"
declare -n ref=TARGET; pytest "$ref"; ref=z; pytest "$TARGET"
