package generate

import (
	"fmt"
	"strconv"
	"strings"
)

// A wrapperCall is one start of a wrapper: everything that its shell part can see.
type wrapperCall struct {
	Script   string // $0
	Link     bool   // $0 is a symbolic link
	Args     []string
	Env      map[string]string
	Python   []string // paths at which an executable Python stands
	Commands []string // commands on PATH
}

// An outcome is all that the shell part of a wrapper does for a wrapperCall.
type outcome struct {
	Code   int // exit code; 0 where the runner is started
	Stdout string
	Stderr string
	Exec   []string // the interpreter and the words of the invocation; nil where the runner is not started
}

// String returns the call as a shell would be given it.
func (c wrapperCall) String() string {
	var words []string
	for _, name := range sortedKeys(c.Env) {
		words = append(words, name+"="+mustQuote(c.Env[name]))
	}
	words = append(words, mustQuote(c.Script))
	for _, a := range c.Args {
		words = append(words, mustQuote(a))
	}
	return strings.Join(words, " ")
}

// diff says where got is not what o is, one line for each difference; "" where they are equal.
func (o outcome) diff(got outcome) string {
	var b strings.Builder
	line := func(what string, want, got any) {
		fmt.Fprintf(&b, "  %s\n    model:  %.300q\n    script: %.300q\n", what, want, got)
	}
	if o.Code != got.Code {
		line("exit code", strconv.Itoa(o.Code), strconv.Itoa(got.Code))
	}
	if o.Stdout != got.Stdout {
		line("stdout", o.Stdout, got.Stdout)
	}
	if o.Stderr != got.Stderr {
		line("stderr", o.Stderr, got.Stderr)
	}
	for i := range max(len(o.Exec), len(got.Exec)) {
		want, have := wordAt(o.Exec, i), wordAt(got.Exec, i)
		if want != have {
			line("word "+strconv.Itoa(i)+" of the exec", want, have)
			break // what follows is only shifted
		}
	}
	return b.String()
}

func wordAt(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return "(no word)"
}
