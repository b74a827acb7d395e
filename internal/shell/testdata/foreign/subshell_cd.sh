#!/bin/bash
(cd tests/unit && pytest .)
pytest here
