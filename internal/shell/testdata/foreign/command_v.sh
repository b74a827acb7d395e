#!/bin/bash
if command -v pytest >/dev/null 2>&1; then RUN=pytest; else RUN="python3 -m pytest"; fi
$RUN -n 4
if type -t pytest > /dev/null; then pytest typed; fi
hash pytest 2>/dev/null && pytest hashed
