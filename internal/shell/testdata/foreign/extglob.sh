#!/bin/bash
shopt -s extglob
case foo.py in !(*.txt)) pytest 1 ;; esac
[[ abab == +(ab) ]] && pytest 2
x=foobar; pytest "${x##+(fo)}"
