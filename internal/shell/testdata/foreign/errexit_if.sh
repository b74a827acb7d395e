#!/bin/bash
set -e
if pytest --fail; then pytest no; else pytest yes; fi
pytest --fail && pytest no
pytest after
! pytest --fail
pytest end
