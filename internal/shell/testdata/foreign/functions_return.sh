#!/bin/bash
check() { [ -f "$1" ]; }
if check versions.txt; then pytest yes; fi
check nothing || pytest no
f() { return 7; }; f; pytest $?
