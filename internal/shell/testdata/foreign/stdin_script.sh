#!/bin/bash
bash -s -- a b <<'EOF' || true
echo hi
EOF
pytest
