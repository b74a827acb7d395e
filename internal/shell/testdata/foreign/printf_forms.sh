#!/bin/bash
printf -v name '%s-%03d' run 7
pytest "$name" "$(printf '%s,' a b)" "$(printf '%q' "a b")" "$(printf '%5.1f|%-4s|%x' 2.25 ab 255)"
