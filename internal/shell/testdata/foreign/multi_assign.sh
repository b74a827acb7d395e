#!/bin/bash
A=1 B=$A C=${B}2; pytest "$A$B$C"
