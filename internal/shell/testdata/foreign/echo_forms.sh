#!/bin/bash
pytest "$(echo -n a; echo -e 'b\tc'; echo -E 'd\n')" "$(echo -x y)"
