#!/bin/bash
x=hello; pytest "${x^}" "${x^^}" "${x^^[el]}"; y=ABC; pytest "${y,}" "${y,,}"
