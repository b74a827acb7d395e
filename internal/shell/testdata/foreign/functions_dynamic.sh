#!/bin/bash
f() { v=2; }; g() { local v=1; f; pytest "$v"; }; v=0; g; pytest "$v"
