#!/bin/bash
CMD="pytest -n 4 -m 'not slow'"
eval "$CMD"
eval $CMD
