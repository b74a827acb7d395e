#!/bin/bash
pytest tests/{unit,spark}/x {a,b}{1,2} pre{,post} {01..03} "{a,b}"
