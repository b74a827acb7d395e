#!/bin/bash
count=0
while read -r v; do count=$((count + 1)); done < <(cat versions.txt)
pytest "$count"
count=0
cat versions.txt | while read -r v; do count=$((count + 1)); done
pytest "$count"
