#!/bin/bash
pytest -n "${WORKERS:-4}" "--dist=${DIST:=loadfile}" "$DIST"
