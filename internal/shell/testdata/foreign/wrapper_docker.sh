#!/bin/bash
docker run --rm -v "$PWD:/w" -w /w img bash -c 'pytest -n 4'
bash -c "pytest -n 2"
