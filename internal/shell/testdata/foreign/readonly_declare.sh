#!/bin/bash
readonly V=1; declare -r W=2; declare -x MODE=on; declare -i I=3; typeset T=4
pytest "$V$W$I$T"
