# Every phase with every backend.
all: plain-unit plain-slow native-unit native-slow

# plain, unit
plain-unit *args:
    ./run.sh --backend plain --phase unit {{args}}

# plain, slow
plain-slow *args:
    ./run.sh --backend plain --phase slow {{args}}

# native, unit
native-unit *args:
    ./run.sh --backend native --phase unit {{args}}

# native, slow
native-slow *args:
    ./run.sh --backend native --phase slow {{args}}
