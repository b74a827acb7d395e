#!/bin/bash
shopt -s globstar
for f in **/test_*.py; do pytest "$f"; done
