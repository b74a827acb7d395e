#!/bin/bash
# args: a b c
shift; pytest "$@"; shift 2; pytest "$#"; shift || pytest none
