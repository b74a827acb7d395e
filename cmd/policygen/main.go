// Command policygen renders, checks and explains how a Python project's tests are run, from one CUE policy.
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	debug.SetGCPercent(400) // a short run spends its memory rather than its time
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}
