#!/bin/bash
A=; unset B
pytest "${A-x}" "${A:-x}" "${B-x}" "${B+y}" "${A+y}" "${A:+y}"
