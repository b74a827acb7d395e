#!/bin/bash
# args: --workers=3 -n5
for arg in "$@"; do
  if [[ $arg =~ ^--workers=([0-9]+)$ ]]; then W=${BASH_REMATCH[1]}
  elif [[ $arg == -n* ]]; then N=${arg#-n}; fi
done
pytest "$W" "$N"
