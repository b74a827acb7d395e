#!/bin/bash
find tests -name 'test_*.py' -exec pytest {} \;
find tests -name '*.py' | xargs pytest -n 2
