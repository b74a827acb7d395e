#!/bin/bash
python3 - "$@" <<'PY'
import pytest
PY
pytest
