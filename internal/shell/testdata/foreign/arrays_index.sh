#!/bin/bash
A[3]=x; A[1]=y
pytest "${A[@]}" "${!A[@]}" "${#A[@]}"
unset 'A[1]'; pytest "${A[@]}"
