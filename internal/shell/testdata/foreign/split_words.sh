#!/bin/bash
F="-n  4	-v"
pytest $F "$F"
IFS=,; L=a,b,c; pytest $L
