#!/bin/bash
TEST_BACKEND=spark pytest -n 2
pytest "${TEST_BACKEND:-none}"
