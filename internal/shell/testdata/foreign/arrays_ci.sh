#!/bin/bash
# env: CI=true
ARGS=(-v)
[[ -n "${CI:-}" ]] && ARGS+=(--junitxml="out dir/x.xml")
pytest "${ARGS[@]}"
