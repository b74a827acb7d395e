package policy

import (
	"fmt"
	"strings"
	"testing"
)

// policyOf returns a policy with that many backends, a third of which have settings of their own in a phase.
func policyOf(backends int) []Source {
	var b strings.Builder
	b.WriteString("policygen: \">=0.1\"\npolicy: {\n\tproject: \"large\"\n\tdefaults: {backend: \"b0\", workers: default: 2, dist: \"loadfile\"}\n")
	for i := range backends {
		fmt.Fprintf(&b, "\tbackends: b%d: {workers: {default: 2, max: 4}, env: NAME: \"b%d\", because: \"xdist-714\": {}}\n", i, i)
	}
	b.WriteString("\tphases: unit: {paths: [\"tests/unit\"], timeout: \"30m\"}\n")
	b.WriteString("\tphases: parity: {paths: [\"tests/parity\"], serial: true}\n")
	for i := range backends / 3 {
		fmt.Fprintf(&b, "\tphases: unit: backends: b%d: workers: default: 1\n", i)
	}
	b.WriteString("}\n")
	return []Source{{Name: "policygen.cue", Text: []byte(b.String())}}
}

func BenchmarkLoadEmbedded(b *testing.B) {
	for b.Loop() {
		if _, err := Load(Embedded(), testTool); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("backends=%d", n), func(b *testing.B) {
			sources, l := policyOf(n), testLoader(b)
			for b.Loop() {
				if _, err := l.load(sources, testTool); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
