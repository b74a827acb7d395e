#!/bin/bash
export TEST_BACKEND=robin WORKERS
WORKERS=3
pytest a
export -n TEST_BACKEND
pytest b
unset WORKERS
pytest c
