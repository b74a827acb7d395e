#!/bin/bash
n=0
until [ $n -ge 2 ]; do n=$((n + 1)); pytest "$n"; done
