#!/bin/bash
a=5 b=0
(( a > 3 && b == 0 )) && pytest 1
if (( a % 2 )); then pytest odd; fi
pytest $(( a ? a * 2 : 0 )) $(( b || 0 )) $(( !b )) $(( a << 2 | 1 )) $(( -a / 2 ))
