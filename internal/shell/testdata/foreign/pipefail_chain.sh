#!/bin/bash
set -o pipefail
pytest --fail | cat | cat
pytest "$?" "${PIPESTATUS[*]}"
