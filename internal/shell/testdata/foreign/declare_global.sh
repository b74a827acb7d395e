#!/bin/bash
f() { declare -g V=1; declare L=2; export A=3; }
f; pytest "$V" "${L:-none}"
