#!/bin/bash
# args: unit
TARGET=${1:-all}
make -C build "$TARGET" -j"$(nproc)"
