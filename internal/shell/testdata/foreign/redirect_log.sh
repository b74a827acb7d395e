#!/bin/bash
LOG=out.log
pytest > "$LOG" 2>&1
echo "x=1" >> "$LOG"
pytest "$(cat "$LOG")"
{ echo one; echo two; } > two.txt
pytest "$(wc -l < /dev/null; cat two.txt)"
