#!/bin/bash
# env: TEST_BACKEND=robin
if [ "$TEST_BACKEND" = "spark" ]; then
  N=2
elif [ "$TEST_BACKEND" = "robin" ]; then
  N=4
else
  N=8
fi
pytest -n $N
