#!/bin/bash
# args: -n
while getopts ":n:" opt; do
  case "$opt" in
    n) pytest n ;;
    :) pytest --missing "$OPTARG" ;;
  esac
done
