#!/bin/bash
# args: unit spark
set -euo pipefail
declare -A WORKERS=([unit]=8 [spark]=2 [slow]=1)
run_phase() {
  local phase=$1
  local -a cmd=(python3 -m pytest "tests/$phase" -n "${WORKERS[$phase]:-1}")
  case $phase in
    spark) cmd+=(--dist=loadgroup -p no:randomly) ;;
    slow) cmd+=(--timeout=600) ;;
  esac
  TEST_BACKEND=$phase "${cmd[@]}"
}
phases=("$@")
[[ ${#phases[@]} -eq 0 ]] && phases=(unit)
for phase in "${phases[@]}"; do
  echo "== $phase =="
  run_phase "$phase"
done
