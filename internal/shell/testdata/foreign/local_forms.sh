#!/bin/bash
f() { local a=1 b c="$1"; local d=$(echo sub); declare e=5; typeset g=6; pytest "$a|$b|$c|$d|$e|$g"; }
f z; pytest "$a$c$e"
