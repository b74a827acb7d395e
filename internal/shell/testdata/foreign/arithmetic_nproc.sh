#!/bin/bash
CORES=$(nproc)
WORKERS=$((CORES > 2 ? CORES - 1 : 1))
pytest -n "$WORKERS"
