#!/bin/bash
true && false || pytest 1
false && pytest no
false || true && pytest 2
{ false; pytest 3; } && pytest 4
