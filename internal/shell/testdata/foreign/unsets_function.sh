#!/bin/bash
f() { pytest f; }; unset -f f; f || pytest gone
