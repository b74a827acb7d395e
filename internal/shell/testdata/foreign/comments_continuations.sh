#!/bin/bash
pytest \
  -n 4 `# workers` \
  --dist loadfile \
  tests # all
