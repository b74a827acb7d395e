#!/bin/bash
for n in unit spark; do eval "run_$n() { pytest tests/$n; }"; done
run_unit; "run_spark"
