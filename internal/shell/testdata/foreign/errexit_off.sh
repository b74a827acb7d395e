#!/bin/bash
set -e
set +e
pytest --fail
rc=$?
set -e
pytest "rc=$rc"
exit $rc
