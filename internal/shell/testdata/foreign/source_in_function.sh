#!/bin/bash
load() { local prefix=$1; source ci/lib.sh; pytest "$prefix" "$LIB_WORKERS"; }
load x
pytest "$LIB_WORKERS"
