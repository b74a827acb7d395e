#!/bin/bash
time pytest a
time -p pytest b
