#!/bin/bash
(exit 3); pytest "$?"
( set -e; false; pytest no ); pytest "$?"
