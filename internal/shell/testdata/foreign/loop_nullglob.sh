#!/bin/bash
shopt -s nullglob
for f in nothing/*.py; do pytest "$f"; done
files=(tests/**/*.py); pytest "${#files[@]}"
