#!/bin/bash
pytest 'single $x' "double \$x \"q\"" $'tab\there' a\ b "a"'b'c "" ''
