#!/bin/bash
for x in a b c; do case $x in b) break ;; esac; pytest $x; done
