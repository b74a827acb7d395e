#!/bin/bash
set -o pipefail
pytest -n 4 2>&1 | tee log.txt
pytest "$?"
grep -q x log.txt || true
