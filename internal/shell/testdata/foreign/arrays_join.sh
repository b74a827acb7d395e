#!/bin/bash
A=(a b c)
IFS=,; pytest "${A[*]}"; unset IFS; pytest "${A[*]}"
