#!/bin/bash
# env: TEST_BACKEND=polars
case "${TEST_BACKEND:-}" in
  spark|pyspark) pytest -n 2 ;;
  pol*) pytest -n 6 ;;&
  *) pytest -n 8 ;;
esac
