#!/bin/bash
P='tests/unit/*.py'; pytest $P "$P"
