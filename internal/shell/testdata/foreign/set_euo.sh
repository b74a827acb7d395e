#!/bin/bash
set -euo pipefail
IFS=$'\n\t'
pytest -n 4
pytest --fail
pytest never
