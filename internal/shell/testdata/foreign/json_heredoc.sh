#!/bin/bash
cat > cfg.json <<'JSON'
{"n": "$HOME", "x": `1`}
JSON
pytest "$(cat cfg.json)"
