#!/bin/bash
pytest() { python3 -m pytest "$@"; }
pytest -n 2
command pytest -n 3
\pytest -n 4
