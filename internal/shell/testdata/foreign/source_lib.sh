#!/bin/bash
# args: a
. "$(dirname "$0")/lib.sh"
lib_run -n "$LIB_WORKERS" "$1"
