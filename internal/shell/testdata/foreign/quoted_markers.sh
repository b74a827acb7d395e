#!/bin/bash
MARK="-m 'not delta'"
pytest $MARK
