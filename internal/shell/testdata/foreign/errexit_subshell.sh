#!/bin/bash
set -e
(pytest --fail; pytest no) || pytest rescued
x=$(pytest --fail; pytest in-subst) || pytest failed
pytest end
