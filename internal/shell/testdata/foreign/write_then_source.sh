#!/bin/bash
cat > env.sh <<EOF
export MODE=written
EOF
. ./env.sh
pytest "$MODE"
