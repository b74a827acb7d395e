#!/bin/bash
printf '%s\n' a b | xargs -n1 pytest
