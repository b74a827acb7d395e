#!/bin/bash
flags() { echo "-n 4"; echo --dist load; }
pytest $(flags) "$(flags)"
