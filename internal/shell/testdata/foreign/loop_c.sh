#!/bin/bash
for ((i = 0; i < 3; i++)); do pytest --shard "$i"; done
for ((i = 10; i > 0; i -= 4)); do pytest "$i"; done
