#!/bin/bash
{
  echo "n=4"
  echo "v=1"
} > conf.sh
source conf.sh; pytest "$n" "$v"
