#!/bin/bash
fail() { echo "$1"; FAILED=1; }
run_phase() {
  local name=$1; shift
  echo "== $name"
  "$@" || fail "$name"
}
FAILED=0
run_phase unit pytest tests/unit -n 4
run_phase spark pytest tests/spark --fail
[ "$FAILED" -eq 0 ] || pytest "failed=$FAILED"
exit $FAILED
