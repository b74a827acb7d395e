#!/bin/bash
unit_args=(-n 8); name=unit_args[@]; pytest "${!name}"
