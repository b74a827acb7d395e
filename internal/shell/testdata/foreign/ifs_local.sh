#!/bin/bash
f() { local IFS=:; pytest $1; }
f a:b; x="c d"; pytest $x
