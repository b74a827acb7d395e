#!/bin/bash
pushd tests > /dev/null
pytest a
popd > /dev/null
pytest b
