#!/bin/bash
pytest ~/x ~ "~" a~b --path=~/x
V=~/y; pytest "$V"
