#!/bin/bash
set -e
f() { local x=$(pytest --fail); pytest masked; }
f
y=$(pytest --fail)
pytest never
