#!/bin/bash
printf 'a,b,c' | while IFS= read -r -d , x; do pytest "$x"; done
read -r -a W <<< "p q r"; pytest "${W[1]}"
