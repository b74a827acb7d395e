package policy

import (
	"fmt"
	"slices"
	"time"

	"policygen/internal/finding"
)

// What the wrapper does where the policy's runner says nothing. See #Runner in schema.cue.
var (
	builtInPythons = [...]string{"python3", "python"}
	builtInVenvs   = [...]string{".venv", "venv"}
)

const (
	builtInGrace = 15 * time.Second
	leastGrace   = 10 * time.Second // pytest needs it to print its summary
)

func (b *builder) runner(n *node) Runner {
	r := Runner{
		Python:             b.list(n.get("python"), builtInPythons[:]),
		Venv:               b.list(n.get("venv"), builtInVenvs[:]),
		PythonPath:         b.list(n.get("pythonpath"), nil),
		BackendEnv:         b.list(n.get("backendEnv"), nil),
		WorkersEnv:         text[string](b, n.get("workersEnv"), "").Value,
		GraceSeconds:       b.grace(n.get("grace")).Seconds(),
		SerialWithoutXdist: text[string](b, n.get("missingXdist"), "").Value == "serial",
		FailFast:           truth(b, n.get("failFast"), "").Value,
		args:               b.args(n.get("args"), Defaults),
	}
	if r.WorkersEnv != "" && slices.Contains(r.BackendEnv, r.WorkersEnv) {
		at := n.get("workersEnv")
		b.report(finding.Finding{Position: at.pos, Code: codeConflict, Path: at.path,
			Message: fmt.Sprintf("%s is among the names of backendEnv too", r.WorkersEnv), Help: "keep one of the two"})
	}
	return r
}

// list returns the texts at n, or the built-in ones where the policy has no list.
func (b *builder) list(n *node, builtIn []string) []string {
	if n == nil {
		return slices.Clone(builtIn)
	}
	texts := []string{}
	for _, s := range b.texts(n, "") {
		texts = append(texts, s.Value)
	}
	return texts
}

func (b *builder) grace(n *node) time.Duration {
	d := b.duration(n, Defaults)
	switch {
	case !d.IsSet():
		return builtInGrace
	case d.Value < leastGrace:
		b.reject(n, fmt.Sprintf("%s is not allowed: pytest needs at least %s to print its summary", quote(n.value.(string)), leastGrace), "")
	}
	return d.Value
}
