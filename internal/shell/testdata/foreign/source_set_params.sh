#!/bin/bash
# args: a b
set -- x y z
source ci/lib.sh
pytest "$@" "$LIB_ARGS"
