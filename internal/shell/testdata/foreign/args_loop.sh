#!/bin/bash
# args: -n 4 -v --dist=loadfile extra
WORKERS=""; VERBOSE=""
while [[ $# -gt 0 ]]; do
  case $1 in
    -n) WORKERS="$2"; shift 2 ;;
    -v|--verbose) VERBOSE=1; shift ;;
    --dist=*) DIST="${1#*=}"; shift ;;
    *) REST+=("$1"); shift ;;
  esac
done
pytest ${WORKERS:+-n "$WORKERS"} ${VERBOSE:+-v} --dist "$DIST" "${REST[@]}"
