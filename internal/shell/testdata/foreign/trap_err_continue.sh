#!/bin/bash
trap 'pytest err' ERR
false
pytest --fail
if false; then :; fi
pytest end
