#!/bin/bash
# env: WORKERS=2 DIST=load
pytest -n "${WORKERS:-4}" "--dist=${DIST:=loadfile}" "$DIST"
