#!/bin/bash
set -Eeuo pipefail
trap 'pytest trapped $?' ERR
pytest a
pytest --fail || true
pytest b
f() { pytest --fail; }
f
pytest never
