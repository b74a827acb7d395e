#!/bin/bash
trap 'echo int; exit 130' INT TERM HUP
pytest
