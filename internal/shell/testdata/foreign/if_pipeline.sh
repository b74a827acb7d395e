#!/bin/bash
if printf 'x\n' | grep_stub -q x; then pytest yes; fi
if ! false; then pytest not; fi
if (( 3 > 2 )); then pytest arith; fi
