#!/bin/bash
pytest $'a\nb' $'\x41\u00e9' $'it\'s' $"plain"
