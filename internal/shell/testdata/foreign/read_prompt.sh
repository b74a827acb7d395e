#!/bin/bash
printf 'y\n' | { read -r -p "go? " yn; pytest "$yn"; }
