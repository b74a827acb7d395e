#!/bin/bash
A=(x y); pytest "pre${A[@]}post" "${A[*]}" "a${A[0]}"
