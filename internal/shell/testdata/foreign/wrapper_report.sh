#!/bin/bash
START=$(date +%s)
pytest tests
pytest "$(printf '%s' done)"
