package policy

import (
	"strings"
	"testing"
)

const digested = `policygen: ">=0.1"
policy: {
	project: "demo"
	defaults: {backend: "b", workers: default: 2}
	backends: b: env: {X: "1", Y: "2"}
	phases: p: paths: ["tests"]
}
`

func digestOf(t *testing.T, texts ...string) string {
	t.Helper()
	var sources []Source
	for _, text := range texts {
		sources = append(sources, Source{Name: string(rune('a'+len(sources))) + ".cue", Text: []byte(text)})
	}
	p, err := testLoader(t).load(sources, testTool)
	if err != nil {
		t.Fatal(err)
	}
	return p.Digest()
}

func TestDigestIgnoresSpelling(t *testing.T) {
	want := digestOf(t, digested)
	if len(want) != 64 || strings.Trim(want, "0123456789abcdef") != "" {
		t.Errorf("%q is no SHA-256", want)
	}
	for name, texts := range map[string][]string{
		"comments":     {"// A comment.\n" + strings.ReplaceAll(digested, "\n", " // x\n")},
		"lines":        {strings.ReplaceAll(digested, "\t", "\n\n  ")},
		"order":        {strings.Replace(digested, `{X: "1", Y: "2"}`, `{Y: "2", X: "1"}`, 1)},
		"computation":  {strings.Replace(digested, "default: 2", "default: 1+1", 1)},
		"second file":  {strings.Replace(digested, ", workers: default: 2", "", 1), "policy: defaults: workers: default: 2\n"},
		"quoted names": {strings.Replace(digested, "project:", `"project":`, 1)},
	} {
		if got := digestOf(t, texts...); got != want {
			t.Errorf("%s changed the digest", name)
		}
	}
}

func TestDigestSeesEveryChange(t *testing.T) {
	seen := map[string]string{digestOf(t, digested): "nothing"}
	for _, c := range [][2]string{
		{`"demo"`, `"other"`}, {"default: 2", "default: 3"}, {"default: 2", `detect: "auto"`}, {`X: "1"`, `X: "2"`}, {`X: "1"`, `Z: "1"`},
		{`["tests"]`, `["tests", "more"]`}, {`["tests"]`, `["tests"], phases: p: required: false`}, {">=0.1", ">=0.2"},
		{"env: {", "envDefault: {"}, {`phases: p:`, `phases: q:`}, {`backends: b:`, `backends: b: title: "B", backends: b:`},
		{`["tests"]`, `["tests"], targets: t: {path: "x", kind: "docs"}`}, {`["tests"]`, `["tests"], runner: failFast: true`},
		{`["tests"]`, `["tests"], requires: pytest: {range: ">=8", why: "x"}`}, {`backend: "b"`, `backend: "b", because: "xdist-714": {}`},
	} {
		got := digestOf(t, strings.Replace(digested, c[0], c[1], 1))
		if other, ok := seen[got]; ok {
			t.Errorf("%s has the digest of %s", c[1], other)
		}
		seen[got] = c[1]
	}
}
