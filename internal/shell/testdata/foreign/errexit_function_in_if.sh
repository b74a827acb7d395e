#!/bin/bash
set -e
f() { pytest --fail; pytest after; }
if f; then pytest yes; fi
f || pytest no
pytest end
