#!/bin/bash
: "${WORKERS:=6}" "${MODE:=fast}"
export MODE
pytest -n "$WORKERS"
