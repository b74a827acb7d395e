#!/bin/bash
set -f; pytest *.txt; set +f; pytest *.txt
