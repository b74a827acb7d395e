#!/bin/bash
LINES_="a b
c"
while read -r x; do pytest "$x"; done <<< "$LINES_"
for x in $LINES_; do pytest "w$x"; done
