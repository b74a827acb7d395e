#!/bin/bash
function go_test { pytest "$FUNCNAME" "$@"; }
go_test 1
