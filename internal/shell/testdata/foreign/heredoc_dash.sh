#!/bin/bash
	cat <<-EOF | while read -r a b; do pytest "$b" "$a"; done
	one two
		three four
	EOF
