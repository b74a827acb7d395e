#!/bin/bash
timeout 1800 pytest -n 4 tests
timeout -k 10 ${LIMIT:-60} pytest
