#!/bin/bash
# args: -z
while getopts ":n:" opt; do
  case "$opt" in
    n) ;;
    \?) pytest --bad "$OPTARG" ;;
  esac
done
pytest
