#!/bin/bash
pytest {unit,spark/{a,b}}_{1..2}
