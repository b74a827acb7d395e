#!/bin/bash
pytest nothing*.x "tests/*" tests/unit/test_[ab].py tests/*/test_?.py
