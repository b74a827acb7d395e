#!/bin/bash
V=$(<versions.txt); pytest "$V" "$(cat versions.txt | head_of)"
