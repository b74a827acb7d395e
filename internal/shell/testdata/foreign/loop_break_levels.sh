#!/bin/bash
for a in 1 2; do for b in 1 2; do [ $b = 2 ] && continue 2; [ $a = 2 ] && break 2; pytest $a$b; done; done
