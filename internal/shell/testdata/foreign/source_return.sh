#!/bin/bash
source ci/early.sh
pytest "$EARLY"
