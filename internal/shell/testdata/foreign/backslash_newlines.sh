#!/bin/bash
CMD="pytest \
  -n 4"
$CMD
pytest "a\
b" 'c\
d'
