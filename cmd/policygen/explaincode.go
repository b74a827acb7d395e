package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/check"
	"policygen/internal/pins"
	"policygen/policy"
)

// codeWord is what nothing but the code of a finding looks like: names of a policy are in lower case.
var codeWord = regexp.MustCompile(`^(PG|PIN)[0-9]+$`)

// runCode explains a code. It takes no policy.
func (f *explainFlags) runCode(s streams, code string) error {
	for _, r := range check.Rules() {
		if r.Code == code {
			if f.format.value == "json" {
				return writeJSON(s.out, map[string]any{"version": 1, "rule": newRuleJSON(r)})
			}
			return writeRule(s.out, r)
		}
	}
	for _, r := range pins.Rules() {
		if r.Code == code {
			if f.format.value == "json" {
				return writeJSON(s.out, map[string]any{"version": 1, "rule": ruleJSON{
					Code: r.Code, Name: r.Name, Severity: r.Severity.String(), Summary: r.Summary, Why: strings.Join(strings.Fields(r.Why), " "),
				}})
			}
			_, err := fmt.Fprintf(s.out, "%s (%s): %s\n\n%s.\n\n%s\n", r.Code, r.Severity, r.Name, upperFirst(r.Summary), paragraph(r.Why, 100))
			return err
		}
	}
	for _, c := range policy.Codes() {
		if c.Code == code {
			if f.format.value == "json" {
				return writeJSON(s.out, map[string]any{"version": 1, "rule": ruleJSON{Code: c.Code, Severity: "error", Summary: c.Summary}})
			}
			_, err := fmt.Fprintf(s.out, "%s (error)\n\nThe policy is invalid: %s.\n", c.Code, c.Summary)
			return err
		}
	}
	return usageError("no finding has the code %q; did you mean %s? docs/rules.md has them all", code, nearestCode(code))
}

// nearestCode returns the code that shares the longest beginning with a word, and is nearest to it in number.
func nearestCode(word string) string {
	var codes []string
	for _, c := range policy.Codes() {
		codes = append(codes, c.Code)
	}
	for _, r := range check.Rules() {
		codes = append(codes, r.Code)
	}
	for _, r := range pins.Rules() {
		codes = append(codes, r.Code)
	}
	shared := func(code string) int {
		n := 0
		for n < min(len(code), len(word)) && code[n] == word[n] {
			n++
		}
		return n
	}
	return slices.MaxFunc(codes, func(a, b string) int { return shared(a) - shared(b) })
}

// ruleJSON is a rule in the JSON of explain.
type ruleJSON struct {
	Code     string            `json:"code"`
	Name     string            `json:"name,omitempty"`
	Severity string            `json:"severity"`
	Summary  string            `json:"summary"`
	Why      string            `json:"why,omitempty"`
	Since    string            `json:"since,omitempty"`
	Policy   string            `json:"policy,omitempty"` // of the examples
	Bad      map[string]string `json:"bad,omitempty"`
	Good     map[string]string `json:"good,omitempty"`
}

func newRuleJSON(r check.Rule) ruleJSON {
	bad, good := r.Examples()
	files := func(e check.Example) map[string]string {
		all := map[string]string{}
		for _, file := range e.Files {
			all[file.Name] = file.Text
		}
		return all
	}
	return ruleJSON{r.Code, r.Name, r.Severity.String(), r.Summary, r.Why, r.Since, check.ExamplePolicy(), files(bad), files(good)}
}

// writeRule writes all that there is to say about a rule.
func writeRule(w io.Writer, r check.Rule) error {
	bad, good := r.Examples()
	fmt.Fprintf(w, "%s (%s): %s\n\n%s.\n\n%s\n", r.Code, r.Severity, r.Name, upperFirst(r.Summary), paragraph(r.Why, 100))
	if r.Fixable {
		fmt.Fprintf(w, "\n%s\n", paragraph(check.HowFixed, 100))
	}
	writeExample(w, "Found", bad)
	writeExample(w, "Fine", good)
	if check.Suppressible(r.Code) {
		fmt.Fprintf(w, "\nSuppress it where it stands, with a reason: policygen: ignore[%s] the reason\n", r.Code)
	}
	fmt.Fprintf(w, "\nThe examples are under this policy:\n\n%s", indented(check.ExamplePolicy()))
	return nil
}

func writeExample(w io.Writer, title string, e check.Example) {
	if e.Strict {
		title += ", under --strict"
	}
	fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(title+": "+e.Why))
	for _, file := range e.Files {
		if file.Name == check.Steps {
			fmt.Fprintf(w, "\n%s", indented("$ "+strings.ReplaceAll(strings.TrimSpace("policygen render\n"+file.Text), "\n", "\n$ ")+"\n"))
			continue
		}
		fmt.Fprintf(w, "\n  %s\n\n%s", file.Name, indented(file.Text))
	}
}

// indented returns lines with a margin.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			line = "    " + line
		}
		b.WriteString(line)
	}
	return b.String()
}

// paragraph breaks a paragraph into lines of at most so many characters.
func paragraph(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case column > 0 && column+1+n > width:
			b.WriteByte('\n')
			column = 0
		case column > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// writeFact writes a fact and where it stands.
func writeFact(w io.Writer, f policy.Fact, at string) error {
	fmt.Fprintf(w, "%s (%s) at %s\n  %s\n", f.ID, f.Kind, at, paragraphAt(f.Why, 110, "\n  "))
	fmt.Fprintf(w, "  %s %s, checked through %s by %s\n", f.Package, f.In, f.CheckedThrough, map[string]string{
		"tested": "running the releases", "changelog": "reading their change log", "source": "reading their source"}[f.Verified])
	for _, line := range []struct{ label, text string }{
		{"severity", f.Severity}, {"owner", f.Owner}, {"uses", f.Uses.Name()}, {"needs", strings.Join(f.Needs, ", ")}, {"now called", f.To},
		{"symptoms", strings.Join(f.Symptoms, "\n            ")}, {"source", strings.Join(f.Source, ", ")},
	} {
		if line.text != "" {
			fmt.Fprintf(w, "  %s: %s\n", line.label, line.text)
		}
	}
	return nil
}

func paragraphAt(text string, width int, end string) string {
	return strings.ReplaceAll(paragraph(text, width), "\n", end)
}
