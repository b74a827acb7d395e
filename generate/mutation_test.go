package generate

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"policygen/internal/shell"
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
	{"quoted text", regexp.MustCompile(`'[^'\n]+'`), func(s string) string { return `'` + s[2:] }},
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
	{"variable", regexp.MustCompile(`\$(workers|max|dist|restart|fixed|from|backend|phase|value|word)\b`), func(s string) string { return s + "_x" }},
	{"assignment", regexp.MustCompile(`(?m)\b(from|max|over|dist|restart|fixed|mode|paths|only|skip|serial|backend)=\S+`), func(s string) string { return s[:strings.Index(s, "=")+1] }},
	{"pattern", regexp.MustCompile(`(?m)^\t+[^\s#()]+( \| [^\s()]+)*\) `), func(s string) string { return strings.Replace(s, ")", "x)", 1) }},
}

// shellPart returns the ranges of a wrapper that mutations may change: neither comments nor the two Python texts,
// in which any change shows at once, since they are compared as a whole.
func shellPart(text []byte) (ranges [][2]int) {
	runner := bytes.Index(text, []byte("\nrunner="))
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
				line := 1 + bytes.Count(text[:from], []byte("\n"))
				mutated := append(append(append([]byte{}, text[:from]...), changed...), text[to:]...)
				all = append(all, mutant{fmt.Sprintf("line %d, %s: %s", line, m.name, strings.TrimSpace(string(text[r[0]:r[1]]))), changed, mutated})
			}
		}
	}
	return all
}

type mutant struct {
	place, changed string
	text           []byte
}

// TestVerifyKillsMutants: a wrapper in which one number, flag, quote or comparison is wrong does not pass verification.
func TestVerifyKillsMutants(t *testing.T) {
	p, err := policy.Load(policy.Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewInput(p)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWrapper(in, "tests/run_all_tests.sh")
	if err != nil {
		t.Fatal(err)
	}
	all := mutants(w.Text)
	if len(all) < 200 {
		t.Fatalf("only %d mutants", len(all))
	}
	wanted := soak(len(all))
	step := len(all) / wanted
	tried, killed := 0, 0
	for i := 0; i < len(all); i += step {
		m := all[i]
		tried++
		script, err := shell.Parse("mutant", m.text)
		if err != nil || (&Wrapper{Text: m.text, Path: w.Path, input: w.input, script: script}).Verify() != nil {
			killed++
			continue
		}
		t.Logf("survives: %s -> %q", m.place, m.changed)
	}
	t.Logf("%d of %d mutants killed", killed, tried)
	if killed*100 < tried*95 {
		t.Errorf("verification kills %d of %d mutants, less than 95 %%", killed, tried)
	}
}
