#!/bin/bash
pytest -m "not (slow or \"gpu\")" -k 'a and not b' "--opt='x'"
