#!/bin/bash
pytest &> /dev/null
pytest a &>> log
pytest b >| log
pytest c < /dev/null
