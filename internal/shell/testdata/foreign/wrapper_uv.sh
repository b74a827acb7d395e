#!/bin/bash
uv run --python "3.$((10 + 2))" pytest -n auto
