#!/bin/bash
declare -A D=(); declare -a E
declare -f nope || pytest nofunc
f() { :; }; declare -F f > /dev/null && pytest hasfunc
