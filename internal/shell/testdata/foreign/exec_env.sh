#!/bin/bash
exec env A=1 pytest
