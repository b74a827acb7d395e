#!/bin/bash
source ci/where.sh
where_am_i
