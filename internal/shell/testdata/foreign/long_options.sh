#!/bin/bash
# args: --verbose --marker "not slow" --no-cov
opts=()
while :; do
  case ${1-} in
    --verbose) opts+=(-v) ;;
    --marker) opts+=(-m "$2"); shift ;;
    --no-*) opts+=("--disable=${1#--no-}") ;;
    "") break ;;
    *) echo "unknown $1" >&2; exit 64 ;;
  esac
  shift
done
pytest "${opts[@]}"
