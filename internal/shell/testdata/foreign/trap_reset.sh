#!/bin/bash
trap 'pytest one' EXIT
trap - EXIT
pytest two
