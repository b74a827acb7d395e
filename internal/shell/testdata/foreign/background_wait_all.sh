#!/bin/bash
for s in 1 2 3; do pytest --shard $s & done
wait
pytest done
