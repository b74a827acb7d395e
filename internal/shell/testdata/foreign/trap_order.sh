#!/bin/bash
trap 'pytest exit' EXIT
f() { trap 'pytest inner' EXIT; }
f
pytest body
