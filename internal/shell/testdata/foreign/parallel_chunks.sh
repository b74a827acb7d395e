#!/bin/bash
N=3
for ((i = 1; i <= N; i++)); do
  pytest --splits $N --group $i &
  pids[i]=$!
done
for p in "${pids[@]}"; do wait "$p"; done
