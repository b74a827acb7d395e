package policy

import (
	"fmt"
	"strings"

	"policygen/internal/finding"
)

// ownOptions are the options of pytest that the policy has fields for. Beside the field, pytest would take the last of the two.
var ownOptions = [...]struct{ option, field string }{
	{"--numprocesses", "workers"}, {"--maxprocesses", "workers.max"}, {"--max-worker-restart", "maxWorkerRestart"},
	{"--dist", "dist"}, {"--timeout", "testTimeout.limit"}, {"--timeout-method", "testTimeout.method"},
	{"--timeout_method", "testTimeout.method"}, {"-n", "workers"}, {"-m", "markers"}, {"-k", "keywords"},
}

// args reads pytest options of the policy and refuses those that have a field of their own.
func (b *builder) args(n *node, layer Layer) []Setting[string] {
	all := b.texts(n, layer)
	for _, a := range all {
		for _, own := range ownOptions {
			if !isOption(a.Value, own.option) {
				continue
			}
			b.report(finding.Finding{
				Position: a.Pos, Code: codeOptions, Path: b.paths[a.Pos],
				Message: fmt.Sprintf("%s has a field of its own", quote(own.option)), Help: "use " + own.field,
			})
			break
		}
	}
	return all
}

// isOption reports whether the word is the option, with or without its value.
func isOption(word, option string) bool {
	name, _, _ := strings.Cut(word, "=")
	return name == option || len(option) == 2 && strings.HasPrefix(word, option)
}
