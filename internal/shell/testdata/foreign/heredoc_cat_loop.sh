#!/bin/bash
while IFS= read -r line; do
  pytest "$line"
done <<EOF
tests/unit -x
  $HOME/y
EOF
