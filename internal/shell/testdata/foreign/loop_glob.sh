#!/bin/bash
for f in tests/unit/test_*.py; do pytest "$f"; done
for d in tests/*/; do pytest "$d"; done
for f in nothing/*.py; do pytest "$f"; done
