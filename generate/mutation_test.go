package generate

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/shell"
	"policygen/internal/testrun"
	"policygen/policy"
)

// A mutation changes the n-th match of a pattern in the shell part of a wrapper.
type mutation struct {
	name    string
	pattern *regexp.Regexp
	replace func(match string) string
}

// mutations are the small mistakes that a renderer could make: a number, a flag, a quote, a comparison.
var mutations = []mutation{
	{"number", regexp.MustCompile(`\b\d+\b`), func(s string) string { return s + "1" }},
	{"one less", regexp.MustCompile(`[=/ ][1-9]\d*\b`), func(s string) string { return s[:1] + "0" }},
	{"flag", regexp.MustCompile(`(^|[\s='|])--?[a-z][a-z-]+`), func(s string) string { return s + "z" }},
	{"quotes of an expansion", regexp.MustCompile(`"\$[a-z_@0]+"`), func(s string) string { return strings.Trim(s, `"`) }},
	{"quoted text", regexp.MustCompile(`[ (]'[^'\n]+'`), func(s string) string { return s[:2] + s[3:] }},
	{"comparison", regexp.MustCompile(` (-gt|-n|-z|-x|-h|!=|=) `), func(s string) string {
		return map[string]string{" -gt ": " -ge ", " -n ": " -z ", " -z ": " -n ", " -x ": " -d ", " -h ": " -x ", " != ": " = ", " = ": " != "}[s]
	}},
	{"and or", regexp.MustCompile(` (&&|\|\|) `), func(s string) string {
		return map[string]string{" && ": " || ", " || ": " && "}[s]
	}},
	{"expansion", regexp.MustCompile(`\$\{[a-z_]+(#|%%?|:-)`), func(s string) string {
		switch {
		case strings.HasSuffix(s, "#"):
			return s[:len(s)-1] + "%"
		case strings.HasSuffix(s, "%"):
			return strings.TrimRight(s, "%") + "#"
		}
		return s[:len(s)-2] + ":+"
	}},
	{"variable", regexp.MustCompile(`\$pg_(workers|max|dist|restart|fixed|from|backend|phase|value|word)\b`), func(s string) string { return s + "_x" }},
	{"assignment", regexp.MustCompile(`(?m)\bpg_(from|max|over|dist|restart|fixed|mode|paths|only|skip|serial|backend)=\S+`), func(s string) string {
		if strings.HasSuffix(s, "=''") {
			return s // the same as nothing
		}
		return s[:strings.Index(s, "=")+1]
	}},
	{"pattern", regexp.MustCompile(`(?m)^\t+[^\s#()]+( \| [^\s()]+)*\) `), func(s string) string { return strings.Replace(s, ")", "x)", 1) }},
}

// equivalent are the mutants that change nothing, or nothing in a wrapper of the embedded policy, by a part of their line.
var equivalent = []struct{ line, mutation, why string }{
	{"set -x", "", "tracing, which no simulated call asks for"},
	{"return 1", "number", "any status but 0 says no"},
	{"[!0123456789", "number", "the same digits once more"},
	{"case $0 in", "number", "$01 is $0 and a digit, which has a slash where $0 has one"},
	{"case $1 in", "number", "$11 is $1 and a digit, which is as good a letter as any"},
	{"pg_begun=1", "", "only whether it is set counts; without it the word is there twice"},
	{"pg_forward=1", "", "only whether it is set counts"},
	{"pg_serial=1", "", "only whether it is set counts"},
	{"pg_debugger=1", "one less", "only whether it is set counts"},
	{"pg_debugger=1", "number", "only whether it is set counts"},
	{"# -k, or -k behind flags", "flag", "what is changed stands in a comment"},
	{"\"$pg_newline\"", "quotes", "a newline means itself in a pattern"},
	{"\"$pg_backend\") ;;", "quotes", "the name of a backend means itself in a pattern"},
	{"pg_over=$pg_over_flag", "assignment", "nothing there means warn, which the embedded policy says"},
	{"refuse)", "pattern", "no backend of the embedded policy refuses"},
	{"load[fsg]*:load[fsg]*)", "pattern", "the grouped modes of the embedded policy restart no worker anyway"},
	{"*' ' | *'", "quoted", "only the blank between two patterns goes"},
	{"'') ;;", "pattern", "what matches nothing does nothing"},
}

func explained(m mutant) bool {
	return slices.ContainsFunc(equivalent, func(e struct{ line, mutation, why string }) bool {
		return strings.Contains(m.line, e.line) && strings.HasPrefix(m.mutation, e.mutation)
	})
}

// shellPart returns the ranges of a wrapper that mutations may change: neither comments nor the two Python texts,
// in which any change shows at once, since they are compared as a whole.
func shellPart(text []byte) (ranges [][2]int) {
	runner := bytes.Index(text, []byte("\npg_runner="))
	after := bytes.Index(text, []byte(mustQuote(eventsSource))) + len(mustQuote(eventsSource))
	offset := 0
	for line := range bytes.Lines(text) {
		end := offset + len(line)
		if !bytes.HasPrefix(line, []byte("#")) && !bytes.HasPrefix(bytes.TrimSpace(line), []byte("# ")) && (end <= runner || offset >= after) {
			ranges = append(ranges, [2]int{offset, end})
		}
		offset = end
	}
	return ranges
}

// mutants returns all mutants of a text, each with a description.
func mutants(text []byte) (all []mutant) {
	for _, m := range mutations {
		for _, r := range shellPart(text) {
			for _, at := range m.pattern.FindAllIndex(text[r[0]:r[1]], -1) {
				from, to := r[0]+at[0], r[0]+at[1]
				changed := m.replace(string(text[from:to]))
				if changed == string(text[from:to]) {
					continue
				}
				all = append(all, mutant{
					number: 1 + bytes.Count(text[:from], []byte("\n")), line: strings.TrimSpace(string(text[r[0]:r[1]])), mutation: m.name,
					changed: changed, text: slices.Concat(text[:from], []byte(changed), text[to:]),
				})
			}
		}
	}
	return all
}

type mutant struct {
	number   int    // of the line
	line     string // as it was
	mutation string
	changed  string // what stands there instead
	text     []byte // of the whole script
}

// TestVerifyKillsMutants: a wrapper in which one number, flag, quote or comparison is wrong does not pass verification.
func TestVerifyKillsMutants(t *testing.T) {
	p, err := policy.Load(policy.Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewInput(p, "policygen render")
	if err != nil {
		t.Fatal(err)
	}
	w := parsedWrapper(t, in, "tests/run_all_tests.sh")
	all := mutants(w.Text)
	if len(all) < 200 {
		t.Fatalf("only %d mutants", len(all))
	}
	step := 30 // a mutant takes a seventh of a second
	if testrun.Figure(step) == step {
		step = 1
	}
	tried, killed := 0, 0
	for i := 0; i < len(all); i += step {
		m := all[i]
		tried++
		script, err := shell.Parse("mutant", m.text)
		if err != nil || (&wrapper{Text: m.text, Path: w.Path, input: w.input, script: script}).verifyCalls() != nil {
			killed++
			continue
		}
		if !explained(m) {
			t.Errorf("survives without a reason: line %d, %s -> %q: %s", m.number, m.mutation, m.changed, m.line)
		}
	}
	t.Logf("%d of %d mutants killed", killed, tried)
	if killed*100 < tried*95 {
		t.Errorf("verification kills %d of %d mutants, less than 95 %%", killed, tried)
	}
}
