#!/bin/bash
export PYTEST_ADDOPTS="${PYTEST_ADDOPTS:-} -n 4"
pytest
