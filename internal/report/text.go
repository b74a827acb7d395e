package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// indent is what lines below the first one of a finding begin with. No line of a file can so be taken for a finding.
const indent = "    "

// A style is what is switched on before a part of the text, in the terms of ANSI terminals.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	yellow style = "1;33"
	cyan   style = "1;36"
	green  style = "1;32"
)

// paint returns text that is already visible in a style, where colour was asked for.
func (v *view) paint(s style, text string) string {
	if !v.Color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func styleOf(s finding.Severity) style {
	return [...]style{red, yellow, cyan}[s]
}

// writeText writes findings for people: the line that the oneline format has too, then the line of the file with
// marks below it, related places and help.
func writeText(w io.Writer, v *view) error {
	for _, f := range v.findings {
		fmt.Fprintln(w, v.headline(f))
		v.quote(w, f)
		for _, r := range f.Related {
			fmt.Fprintf(w, "%s%s: %s\n", indent, v.paint(bold, place(r.Position)), Visible(r.Message))
		}
		v.notes(w, f)
	}
	v.end(w)
	return nil
}

// writeOneline writes one line for each finding.
func writeOneline(w io.Writer, v *view) error {
	for _, f := range v.findings {
		fmt.Fprintln(w, v.headline(f))
	}
	v.end(w)
	return nil
}

func (v *view) end(w io.Writer) {
	if v.Summary {
		fmt.Fprintln(w, v.totals())
	}
}

// place returns a position in one line of text.
func place(p finding.Position) string { return Visible(p.String()) }

// headline returns "path:line:column: severity CODE field: message".
func (v *view) headline(f finding.Finding) string {
	message := Visible(f.Message)
	if f.Path != "" {
		message = Visible(f.Path) + ": " + message
	}
	if f.Suppressed() {
		message += " (suppressed)"
	}
	return fmt.Sprintf("%s: %s %s %s", v.paint(bold, place(f.Position)), v.paint(styleOf(f.Severity), f.Severity.String()),
		v.paint(bold, Visible(f.Code)), message)
}

// notes writes help, the descriptions of fixes and why the finding is suppressed.
func (v *view) notes(w io.Writer, f finding.Finding) {
	v.note(w, "help", f.Help)
	for _, fix := range f.Fixes {
		if !strings.Contains(f.Help, fix.Description) { // else it is one of the ways that the help names
			v.note(w, "fix", fix.Description)
		}
	}
	v.note(w, "suppressed", f.Suppression.Justification)
}

// note writes a labelled text, which may have several lines.
func (v *view) note(w io.Writer, label, text string) {
	if text == "" {
		return
	}
	margin := "\n" + indent + strings.Repeat(" ", len(label)+2)
	fmt.Fprintf(w, "%s%s: %s\n", indent, v.paint(cyan, label), strings.ReplaceAll(visibleLines(text), "\n", margin))
}

// quote writes the line that a finding is about, with its number, and marks below it.
func (v *view) quote(w io.Writer, f finding.Finding) {
	at := v.sources.region(f)
	if !at.start.known {
		return
	}
	number := strconv.Itoa(at.start.line)
	line := at.start.text
	if at.start.column == 0 {
		shown, _ := excerpt(line, 0, 0)
		v.gutter(w, number, shown)
		return
	}
	end := len(line)
	if at.end.line == at.start.line {
		end = at.end.column - 1
	}
	shown, marks := excerpt(line, at.start.column-1, end)
	v.gutter(w, number, shown)
	v.gutter(w, strings.Repeat(" ", len(number)), v.paint(green, marks))
}

func (v *view) gutter(w io.Writer, number, text string) {
	if text != "" {
		text = " " + text
	}
	fmt.Fprintf(w, "%s%s%s\n", indent, v.paint(dim, number+" |"), text)
}
