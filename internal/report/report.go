// Package report writes findings in the formats that people and services read. It does no I/O of its own: the texts of
// files come in through a callback and reports go out through a writer. Whatever a finding, a name or a line of a file
// holds, the output stays well-formed, and no control character of theirs reaches a terminal.
package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// A Rule is what reports tell about a code besides the findings that have it.
type Rule struct {
	Code        string           // "PG201"
	Name        string           // "workers-over-cap"; may be empty
	Summary     string           // one sentence of plain text
	Description string           // what is wrong about it, plain text; may be empty
	Help        string           // what to do about it, Markdown that reads as plain text too; may be empty
	Severity    finding.Severity // that its findings usually have
	Precision   string           // "very-high", "high", "medium" or "low", as code scanning has it; may be empty
	Tags        []string
}

// A Report is what there is to write.
type Report struct {
	Findings finding.List
	Rules    []Rule // a code without a rule is reported by its name alone
}

// Options are how a report is written. The zero Options are the safe ones.
type Options struct {
	// Source returns the text of a file that a finding names, byte order mark included, and whether it is known. A call of
	// [Write] asks for each file once. Without it, reports have neither source lines nor columns in characters.
	Source func(file string) ([]byte, bool)

	Color      bool   // the text format uses escape sequences of ANSI terminals
	Summary    bool   // the text formats end with a line that counts the findings
	Suppressed bool   // suppressed findings are told too, as such, where the format can say so; else they are left out
	Version    string // of the tool, for formats that name it; may be empty
}

//go:embed findings.schema.json
var schema []byte

// Schema returns the JSON schema, draft 2020-12, of the json format. A line of the jsonl format is a "#/$defs/finding" of it.
func Schema() []byte { return slices.Clone(schema) }

// formats are the formats by name, those for people first.
var formats = []struct {
	name  string
	write func(io.Writer, *view) error
}{
	{"text", writeText},
	{"oneline", writeOneline},
	{"markdown", writeMarkdown},
	{"json", writeJSON},
	{"jsonl", writeJSONLines},
	{"sarif", writeSARIF},
	{"github", writeGitHub},
	{"github-summary", writeGitHubSummary},
	{"gitlab", writeGitLab},
	{"junit", writeJUnit},
	{"diff", writeDiff},
}

// Formats returns the names that [Write] knows.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes a report in one of the [Formats]. The error is the writer's, or tells which formats there are.
func Write(w io.Writer, format string, r Report, opts Options) error {
	for _, f := range formats {
		if f.name == format {
			buffered := bufio.NewWriter(w)
			if err := f.write(buffered, newView(r, opts)); err != nil {
				return err
			}
			return buffered.Flush()
		}
	}
	return fmt.Errorf("unknown format %q; use %s", format, strings.Join(Formats(), ", "))
}

// A view is a report with what the formats look up.
type view struct {
	Options
	findings   finding.List // without those that are not to be told
	suppressed int          // findings that somebody suppressed, told or not
	rules      []Rule
	sources    sources
}

func newView(r Report, opts Options) *view {
	v := &view{Options: opts, rules: r.Rules, sources: sources{opts.Source, map[string]*document{}}}
	for _, f := range r.Findings {
		if f.Suppressed() {
			v.suppressed++
		}
		if opts.Suppressed || !f.Suppressed() {
			v.findings = append(v.findings, f)
		}
	}
	return v
}

// active returns the findings that nobody suppressed.
func (v *view) active() finding.List {
	return slices.DeleteFunc(slices.Clone(v.findings), finding.Finding.Suppressed)
}

// worstFirst returns findings by severity, in the order that they had within one.
func worstFirst(findings finding.List) finding.List {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b finding.Finding) int { return int(a.Severity) - int(b.Severity) })
	return sorted
}

// count returns how many findings have a severity.
func count(findings finding.List, severity finding.Severity) int {
	n := 0
	for _, f := range findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// plural returns "1 error", "2 errors".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// totals returns "2 errors, 1 warning, 1 suppressed", leaving out what there is none of.
func (v *view) totals() string {
	var parts []string
	active := v.active()
	for _, severity := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		if n := count(active, severity); n > 0 {
			parts = append(parts, plural(n, severity.String()))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "no findings")
	}
	if v.suppressed > 0 {
		parts = append(parts, fmt.Sprintf("%d suppressed", v.suppressed))
	}
	return strings.Join(parts, ", ")
}
