#!/bin/bash
set -u
ARGS=()
pytest ${ARGS[@]+"${ARGS[@]}"} "${ARGS[@]:+"${ARGS[@]}"}" tests
