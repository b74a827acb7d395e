#!/bin/bash
# args: -k "a or b" t
while [ $# -gt 0 ]; do
  case "$1" in
    -k) shift; K="$1" ;;
    *) break ;;
  esac
  shift
done
pytest -k "$K" "$@"
