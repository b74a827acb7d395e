#!/bin/bash
set -- -n 4 "$@" --
pytest "$@"; set --; pytest "$#"
