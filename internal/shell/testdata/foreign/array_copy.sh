#!/bin/bash
A=(1 "2 3"); B=("${A[@]}"); B[0]=x; C=("pre" "${B[@]}" post); pytest "${A[@]}" "${B[@]}" "${C[@]}"
