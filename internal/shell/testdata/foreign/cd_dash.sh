#!/bin/bash
cd tests; cd - >/dev/null; pytest; cd tests/unit && cd .. && pytest
