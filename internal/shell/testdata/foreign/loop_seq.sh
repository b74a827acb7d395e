#!/bin/bash
for i in $(seq 1 3); do pytest "$i"; done
for i in {1..5..2}; do pytest "b$i"; done
