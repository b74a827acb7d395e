#!/bin/bash
select x in one two; do pytest "$x"; break; done <<< 2
