#!/bin/bash
set -o errexit -o nounset -o pipefail
pytest "${X:-}" "$-" | cat
[[ -o errexit ]] && pytest on
