#!/bin/bash
if ! { pytest --fail && pytest no; }; then pytest yes; fi
