#!/bin/bash
# args: p q
f() { pytest "$@" "$#"; }; f "$@"; f; f "" x
