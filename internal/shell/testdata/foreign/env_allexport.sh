#!/bin/bash
set -a; MODE=x; set +a; B=1
pytest
