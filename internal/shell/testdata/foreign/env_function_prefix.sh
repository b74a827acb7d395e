#!/bin/bash
run() { pytest "$A"; }
A=1 run
pytest "${A-unset}"
