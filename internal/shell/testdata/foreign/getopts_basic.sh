#!/bin/bash
# args: -n 8 -b spark -v tests
workers=1
while getopts ":n:b:vh" opt; do
  case "$opt" in
    n) workers="$OPTARG" ;;
    b) backend="$OPTARG" ;;
    v) verbose=-v ;;
    h) echo usage; exit 0 ;;
    \?) echo "bad $OPTARG"; exit 2 ;;
    :) echo "needs $OPTARG"; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
TEST_BACKEND=$backend pytest -n "$workers" $verbose "$@"
