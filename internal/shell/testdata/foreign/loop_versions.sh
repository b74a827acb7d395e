#!/bin/bash
for v in 3.10 3.11 "3.12"; do
  for b in mock spark; do
    [ "$v$b" = 3.10spark ] && continue
    TEST_BACKEND=$b tox -e "py${v//./}-$b"
  done
done
