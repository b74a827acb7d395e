#!/bin/bash
outer() { inner() { pytest inner "$1"; }; inner "$1"; }
outer x; inner y
