#!/bin/bash
pytest --fail & first=$!
pytest b & second=$!
wait "$first" || pytest "first $?"
wait "$second" && pytest "second $?"
fail=0
for s in 1 2; do pytest "$s" --fail & pids+=("$!"); done
for p in "${pids[@]}"; do wait "$p" || fail=$((fail + 1)); done
pytest "$fail"
wait
pytest "$?"
