#!/bin/bash
i=0; while (( i < 4 )); do (( ++i )); (( i % 2 )) && continue; pytest $i; done
