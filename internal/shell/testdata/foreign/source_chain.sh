#!/bin/bash
cat > one.sh <<'E'
source ./two.sh
pytest "${BASH_SOURCE[0]}" "${#BASH_SOURCE[@]}"
E
echo 'pytest two "${BASH_SOURCE[0]}"; f() { pytest f "${FUNCNAME[0]}"; }' > two.sh
source ./one.sh
f
