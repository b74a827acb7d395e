#!/bin/bash
if [ "$(date +%s)" -gt 1000 ]; then pytest late; fi
