#!/bin/bash
# args: -n 4 "x y"
exec pytest -v "$@"
