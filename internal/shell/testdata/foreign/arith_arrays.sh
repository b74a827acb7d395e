#!/bin/bash
A=(1 2 3); s=0; for x in "${A[@]}"; do (( s += x )); done; pytest $s $(( A[1] * 2 )) "${A[s - 5]}"
