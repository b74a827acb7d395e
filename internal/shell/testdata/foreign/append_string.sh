#!/bin/bash
A=x; A+=y; A+="-n 4"; pytest "$A" $A
