#!/bin/bash
N=8
pytest $((N / 2)) $((N % 3 + 2 ** 3)) $((N > 4 ? 1 : 2)) "$(( (N - 1) * 2 ))"
((N += 2)) && pytest "$N"
let N=N*2 M=1+1
pytest "$N" "$M" $((0x10)) $((N--)) $N
