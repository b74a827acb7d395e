package pep440

import (
	"fmt"
	"slices"
	"strings"
)

// Specifiers is a specifier set as text spells it: clauses that a version must satisfy all.
// The zero Specifiers has none and admits every version. Specifiers are immutable.
type Specifiers struct {
	clauses []clause
}

// A ClauseError is the error of [ParseSpecifiers]: one clause that is no version specifier.
type ClauseError struct {
	Clause string // as written, without the white space around it
	Offset int    // of the clause's first byte, counted from 0 in the text that was parsed
	Err    error  // what is wrong, and what is allowed
}

// Error returns the clause, its offset and what is wrong with it.
func (e *ClauseError) Error() string {
	return fmt.Sprintf("specifier %q at byte %d: %v", e.Clause, e.Offset, e.Err)
}

// Unwrap returns e.Err.
func (e *ClauseError) Unwrap() error { return e.Err }

// ParseSpecifiers parses clauses separated by commas, such as ">=3.2.1, !=3.6.0, <4".
// As in packaging, empty clauses are skipped, so that "" and "," admit every version.
//
// The error is a [*ClauseError] about the first clause that is wrong.
// A number of more than 18 digits outside a local segment is wrong too, though not for packaging.
func ParseSpecifiers(text string) (Specifiers, error) {
	var s Specifiers
	offset := 0
	for part := range strings.SplitSeq(text, ",") {
		trimmed := strings.TrimFunc(part, isSpace)
		if trimmed != "" {
			c, err := parseClause(trimmed)
			if err != nil {
				start := offset + strings.Index(part, trimmed)
				return Specifiers{}, &ClauseError{Clause: trimmed, Offset: start, Err: err}
			}
			s.clauses = append(s.clauses, c)
		}
		offset += len(part) + len(",")
	}
	return s, nil
}

// String returns the clauses in the order in which they were written, with versions normalised,
// white space removed and repetitions left out. The text after "===" stays as it was written.
func (s Specifiers) String() string {
	var texts []string
	for _, c := range s.clauses {
		if text := c.String(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, ",")
}

// Contains reports whether v satisfies every clause.
// Without prereleases, no pre-release does, even if a clause names one:
// the argument is that of packaging's SpecifierSet.contains, where None means True for one version.
//
// The clause "===V" compares the text V with v's String, ignoring case: "===1.0" does not admit 1.
func (s Specifiers) Contains(v Version, prereleases bool) bool {
	if v.IsPrerelease() && !prereleases {
		return false
	}
	for _, c := range s.clauses {
		if !c.matches(v) {
			return false
		}
	}
	return true
}
