#!/bin/bash
# args: q
main() { pytest "$@"; }
if [[ "${BASH_SOURCE[0]}" == "${0}" ]]; then main "$@"; fi
