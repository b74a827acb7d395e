#!/bin/bash
cd ci && . ./lib.sh && lib_run x
