#!/bin/bash
while read -r version _; do
  [[ -z "$version" || "$version" == \#* ]] && continue
  tox -e "py$version"
done < versions.txt
