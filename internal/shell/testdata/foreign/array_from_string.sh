#!/bin/bash
read -ra F <<< "${FLAGS:--n 4 -v}"; pytest "${F[@]}"
IFS=' ' read -r -a G <<< "-m  slow"; pytest "${G[@]}"
