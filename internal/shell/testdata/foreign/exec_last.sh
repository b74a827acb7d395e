#!/bin/bash
cd tests
exec python3 -m pytest -n "${N:-4}" "$@"
