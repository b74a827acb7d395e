#!/bin/bash
# args: spark -x
unit() { pytest unit "$@"; }; spark() { pytest spark "$@"; }
cmd=${1:-unit}; shift || true
"$cmd" "$@"
