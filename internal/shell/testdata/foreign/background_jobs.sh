#!/bin/bash
pytest a & p1=$!
pytest b & p2=$!
wait $p1 && wait $p2
pytest "$?"
