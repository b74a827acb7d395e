// Package finding holds the one currency of everything in policygen that reports:
// where something stands, how bad it is, what is wrong and what to do about it.
package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Position is a place in a text file.
// Line and Column are 1-based; Column counts bytes, as Go and CUE do.
// The zero Position means that there is no place to point at;
// Line 0 with a File means the file as a whole.
type Position struct {
	File   string
	Line   int
	Column int
}

// IsValid reports whether p points anywhere.
func (p Position) IsValid() bool { return p.File != "" }

// String returns "file:line:col", "file" where there is no line, or "-".
func (p Position) String() string {
	switch {
	case !p.IsValid():
		return "-"
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line and column.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// A Severity says what a finding does to the exit code: an Error makes it 1
// (2 for a policy), a Warning and a Note leave it alone.
type Severity int

// The severities, worst first.
const (
	Error Severity = iota
	Warning
	Note
)

// String returns the word that reports print.
func (s Severity) String() string { return [...]string{"error", "warning", "note"}[s] }

// A Related is a second place that a finding speaks of, such as the other half of a conflict.
type Related struct {
	Position
	Message string
}

// An Edit replaces the bytes from Start up to End of a file by Text. The offsets count from 0, in the file as it is on
// the disk, a byte order mark included. Where Start is End it inserts.
type Edit struct {
	File       string
	Start, End int
	Text       string
}

// A Fix is edits that together settle a finding.
type Fix struct {
	Description string // what the edits do, as an order: "pass -n 4"
	Edits       []Edit
}

// A SuppressionKind says where it stands that a finding is to be ignored.
// The words are those of SARIF 2.1.0, section 3.35.2.
type SuppressionKind string

// InSource is a comment beside what the finding is about.
const InSource SuppressionKind = "inSource"

// A Suppression says that somebody decided to ignore a finding. The zero Suppression means that nobody did.
type Suppression struct {
	Kind          SuppressionKind
	Justification string // in the words of whoever decided it; may be empty
}

// A Finding is one thing that is wrong at one place.
type Finding struct {
	Position
	// End is the place just after the last character that the finding is about, in the same file.
	// It is zero where only the beginning is known.
	End      Position
	Severity Severity
	Code     string    // stable once released: PG101, PIN002
	Path     string    // the field of the policy it is about, such as "policy.phases.unit.timeout"; may be empty
	Message  string    // lower case, no full stop, values quoted
	Help     string    // what to do about it; may be empty
	Related  []Related // other places, nearest first
	Fixes    []Fix     // ways to settle it, the best first; one of them is enough

	Suppression Suppression
}

// Suppressed reports whether somebody decided to ignore the finding.
func (f Finding) Suppressed() bool { return f.Suppression.Kind != "" }

// String returns the finding as one or more lines of text:
// "file:line:col: severity CODE path: message", then help and related places, indented.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s ", f.Position, f.Severity, f.Code)
	if f.Path != "" {
		fmt.Fprintf(&b, "%s: ", f.Path)
	}
	b.WriteString(f.Message)
	for _, r := range f.Related {
		fmt.Fprintf(&b, "\n    %s: %s", r.Position, r.Message)
	}
	if f.Help != "" {
		fmt.Fprintf(&b, "\n    help: %s", f.Help)
	}
	return b.String()
}

// A List is findings in the order of their places. As an error it prints them all.
type List []Finding

// Error returns all findings, one after the other.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the findings by place, then severity and code, each once.
func (l List) Sorted() List {
	s := slices.Clone(l)
	slices.SortStableFunc(s, func(a, b Finding) int {
		return cmp.Or(a.Position.Compare(b.Position), cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(s, func(a, b Finding) bool {
		return a.Position == b.Position && a.Code == b.Code && a.Path == b.Path && a.Message == b.Message
	})
}

// Relocated returns the findings with every file name, in related places and fixes too, replaced by rename.
func (l List) Relocated(rename func(string) string) List {
	moved := slices.Clone(l)
	for i := range moved {
		f := &moved[i]
		f.Position, f.End = f.Position.relocated(rename), f.End.relocated(rename)
		f.Related = slices.Clone(f.Related)
		for j := range f.Related {
			f.Related[j].Position = f.Related[j].relocated(rename)
		}
		f.Fixes = slices.Clone(f.Fixes)
		for j := range f.Fixes {
			f.Fixes[j] = f.Fixes[j].relocated(rename)
		}
	}
	return moved
}

func (x Fix) relocated(rename func(string) string) Fix {
	x.Edits = slices.Clone(x.Edits)
	for i := range x.Edits {
		x.Edits[i].File = rename(x.Edits[i].File)
	}
	return x
}

func (p Position) relocated(rename func(string) string) Position {
	if p.IsValid() {
		p.File = rename(p.File)
	}
	return p
}
