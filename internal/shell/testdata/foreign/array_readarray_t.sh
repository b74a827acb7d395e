#!/bin/bash
readarray -t -d , P < <(printf 'a,b,c'); pytest "${P[@]}"
