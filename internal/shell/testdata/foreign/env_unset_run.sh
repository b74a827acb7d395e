#!/bin/bash
export A=1 B=2
(unset A; pytest)
A= pytest
