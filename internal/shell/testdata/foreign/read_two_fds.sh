#!/bin/bash
while read -r a <&3 && read -r b <&4; do pytest "$a $b"; done 3<<<"x" 4<<<"y"
