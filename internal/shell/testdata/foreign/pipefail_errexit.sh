#!/bin/bash
set -eo pipefail
pytest a | cat
pytest --fail | cat
pytest never
