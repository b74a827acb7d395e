#!/bin/bash
mkdir -p build/deep && cd build/deep && pytest
