#!/bin/bash
M=(slow gpu); A=("${M[@]/#/--skip=}"); pytest "${A[@]}" "${M[@]/%/s}"
