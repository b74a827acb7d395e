#!/bin/bash
fail=0; pids=()
for s in 1 2; do pytest $s & pids+=($!); done
for p in "${pids[@]}"; do wait "$p" || fail=1; done
pytest "fail=$fail"
