#!/bin/bash
ARGS='(-n 4 "a b")'; eval "A=$ARGS"; pytest "${A[@]}"
