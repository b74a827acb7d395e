#!/bin/bash
F="-x -y"
pytest ${F:+$F} "${F:+set}" ${G:+$F} "${G:-a b}" ${G:-a b} ${G-"c d"}
