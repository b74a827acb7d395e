#!/bin/bash
cleanup() { pytest cleanup "$?"; }
trap cleanup EXIT
pytest a
exit 3
