#!/bin/bash
# args: --backend spark -k "x and y"
set -euo pipefail
usage() { echo "usage"; exit 2; }
BACKEND=mock; EXTRA=()
while (($#)); do
  case "$1" in
    --backend) BACKEND="${2:?}"; shift 2 ;;
    -h|--help) usage ;;
    --) shift; EXTRA+=("$@"); break ;;
    *) EXTRA+=("$1"); shift ;;
  esac
done
declare -A N=([mock]=8 [spark]=2)
export TEST_BACKEND="$BACKEND"
CMD=(python3 -m pytest -n "${N[$BACKEND]}")
[[ "$BACKEND" == spark ]] && CMD+=(--dist loadgroup)
"${CMD[@]}" "${EXTRA[@]}"
