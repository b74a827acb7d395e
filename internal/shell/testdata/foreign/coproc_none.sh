#!/bin/bash
{ pytest a; } 2>&1 | cat
( pytest b )
