#!/bin/bash
# args: -vxn4 t
while getopts "vxn:" opt; do
  case "$opt" in v) a=1 ;; x) b=1 ;; n) n=$OPTARG ;; esac
done
shift "$((OPTIND-1))"
pytest "$a" "$b" "$n" "$@"
