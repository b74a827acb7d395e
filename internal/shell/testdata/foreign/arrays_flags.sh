#!/bin/bash
ARGS=(-v --tb=short)
ARGS+=(-n 4)
if [ -n "${CI:-}" ]; then ARGS+=(--junitxml=out.xml); fi
pytest "${ARGS[@]}" -m "not slow"
