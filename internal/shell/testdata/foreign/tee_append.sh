#!/bin/bash
echo one | tee -a log.txt > /dev/null; echo two | tee -a log.txt > /dev/null; pytest "$(cat log.txt)"
