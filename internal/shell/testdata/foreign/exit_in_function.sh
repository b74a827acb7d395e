#!/bin/bash
f() { exit 4; }
trap 'pytest "code $?"' EXIT
f; pytest never
