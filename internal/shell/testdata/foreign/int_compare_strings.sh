#!/bin/bash
[ "08" -eq 8 ] && pytest a; [[ 010 -eq 8 ]] && pytest b; (( 10#08 == 8 )) && pytest c
