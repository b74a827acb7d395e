#!/bin/bash
pytest "${A:-${B:-${C:-deep}}}" "${A:-"quoted x"}" "${A:-'single'}"
