package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// shownAnnotations is how many annotations of each severity GitHub shows for a step.
const shownAnnotations = 10

// writeGitHub writes workflow commands, the worst findings first, until GitHub shows no more of that severity; the rest are lines of
// the log. The github-summary format has them all.
func writeGitHub(w io.Writer, v *view) error {
	shown := [...]int{0, 0, 0}
	var rest finding.List
	for _, f := range worstFirst(v.active()) {
		if shown[f.Severity] == shownAnnotations {
			rest = append(rest, f)
			continue
		}
		shown[f.Severity]++
		fmt.Fprintln(w, v.annotation(f))
	}
	plain := *v
	plain.Color = false
	for _, f := range rest {
		fmt.Fprintln(w, inert(plain.headline(f)))
	}
	if len(rest) > 0 {
		fmt.Fprintf(w, "%s without an annotation, since GitHub shows %d of a severity\n", plural(len(rest), "finding"), shownAnnotations)
	}
	return nil
}

// annotation returns the workflow command that makes an annotation of a finding. Columns are left out where they aren't known in
// characters, or where the finding has several lines, for which GitHub has none.
func (v *view) annotation(f finding.Finding) string {
	at := v.sources.region(f)
	var properties []string
	set := func(name, value string) {
		properties = append(properties, name+"="+escapeProperty(value))
	}
	if f.File != "" {
		set("file", Visible(f.File))
	}
	if f.File != "" && at.start.line > 0 {
		set("line", strconv.Itoa(at.start.line))
		set("endLine", strconv.Itoa(at.end.line))
		if from, to := at.start.in(characters), at.end.in(characters); from > 0 && to > 0 && at.start.line == at.end.line {
			set("col", strconv.Itoa(from))
			set("endColumn", strconv.Itoa(to))
		}
	}
	set("title", Visible(f.Code))
	command := [...]string{"error", "warning", "notice"}[f.Severity]
	return "::" + command + " " + strings.Join(properties, ",") + "::" + escapeData(explained(f))
}

// escapeData returns text as the data of a workflow command, as actions/toolkit does it.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty returns text as a property of a workflow command.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}

// inert returns a line of text that the runner takes for no workflow command, neither "::name::" at its beginning nor
// the older "##[name]" anywhere in it.
func inert(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "::") {
		line = "./" + line
	}
	return strings.ReplaceAll(line, "##[", `#\x23[`)
}
