#!/bin/bash
f() { pytest "$LINENO" "${FUNCNAME[0]}" "${FUNCNAME[1]}"; }
f
