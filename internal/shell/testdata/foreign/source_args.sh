#!/bin/bash
source ci/lib.sh one two
pytest "$LIB_ARGS" "$#"
