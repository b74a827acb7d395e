#!/bin/bash
while read -r v rest; do [ "$v" = 3.12 ] && break; pytest "v$v" "$rest"; done < versions.txt
pytest "$v"
