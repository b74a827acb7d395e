#!/bin/bash
V=${VERSION:-$(cat versions.txt | { read -r first _; echo "$first"; })}
pytest "$V"
