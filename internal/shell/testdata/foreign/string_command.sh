#!/bin/bash
CMD="pytest -n 4"
$CMD tests
CMD="$CMD -v"; $CMD
