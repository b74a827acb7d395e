#!/bin/bash
for combo in "mock:8" "spark:2"; do
  name=${combo%%:*} n=${combo##*:}
  TEST_BACKEND="$name" pytest -n "$n"
done
