#!/bin/bash
for PY in python3.99 python3 python; do command -v "$PY" >/dev/null && break; done
"${PYTHON:-python3}" -m pytest
