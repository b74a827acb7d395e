#!/bin/bash
read -r a b c <<< "1 2 3 4"
pytest "$a" "$b" "$c"
IFS=: read -ra P <<< "x:y z:w"
pytest "${P[@]}"
