#!/bin/bash
pytest "$(echo "$(echo "in $(echo deep)")")" `echo back \`echo tick\``
