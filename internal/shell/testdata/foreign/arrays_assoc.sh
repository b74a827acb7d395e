#!/bin/bash
declare -A W=([unit]=8 [spark]=2)
for k in unit spark; do pytest -n "${W[$k]}" "tests/$k"; done
[[ -v W[unit] ]] && pytest has
