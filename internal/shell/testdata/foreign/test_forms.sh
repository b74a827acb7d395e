#!/bin/bash
[ -d tests ] && [ ! -e nope ] && [ -f versions.txt -a -n x ] && pytest 1
[[ -d tests && ( ! -e nope || -z x ) ]] && pytest 2
[[ abc == a* && abc != b* && 10 -gt 9 && a < b ]] && pytest 3
test "$#" -eq 0 && pytest 4
[ "a" = "a" -o "b" = "c" ] && pytest 5
[ \( a = b \) -o ! a = b ] && pytest 6
[[ "v3.11" =~ ^v([0-9]+)\.([0-9]+)$ ]] && pytest "${BASH_REMATCH[@]}"
p='a*'; [[ abc == "$p" ]] || pytest 7; [[ abc == $p ]] && pytest 8
