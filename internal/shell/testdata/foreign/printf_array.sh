#!/bin/bash
ARGS=$(printf -- '--ignore=%s ' a b); pytest $ARGS
