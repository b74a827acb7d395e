#!/bin/bash
pytest --fail | tee log.txt
code=${PIPESTATUS[0]}
pytest "code $code"
exit "$code"
