#!/bin/bash
X=; [[ -v X ]] && pytest set; [[ -z ${Y+x} ]] && pytest unset; [ -z "${Y-}" ] && pytest empty
