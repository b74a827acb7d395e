#!/bin/bash
alias pytest='pytest -v'
pytest x
