package observe

import (
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// conditional takes a line that begins, divides or ends a conditional of make, and reports whether the line is one.
func (m *makefile) conditional(word, rest string) bool {
	switch word {
	case "ifeq", "ifneq", "ifdef", "ifndef":
		m.branches = append(m.branches, m.branchOf(word, rest))
	case "else":
		if len(m.branches) == 0 {
			return true
		}
		b := &m.branches[len(m.branches)-1]
		before := b.before || b.taken
		if inner, test, _ := strings.Cut(strings.TrimSpace(rest), " "); strings.HasPrefix(inner, "if") {
			next := m.branchOf(inner, test)
			*b = branch{known: b.known && (before || next.known), taken: !before && next.taken, before: before}
			return true
		}
		*b = branch{known: b.known, taken: !before, before: before}
	case "endif":
		if len(m.branches) > 0 {
			m.branches = m.branches[:len(m.branches)-1]
		}
	default:
		return false
	}
	return true
}

// skipped reports whether make passes over the lines here for certain.
func (m *makefile) skipped() bool {
	for _, b := range m.branches {
		if b.known && !b.taken {
			return true
		}
	}
	return false
}

// doubtful reports whether nobody knows if make reads the lines here.
func (m *makefile) doubtful() bool {
	for _, b := range m.branches {
		if !b.known {
			return true
		}
	}
	return false
}

var (
	inBrackets = regexp.MustCompile(`^\((.*),(.*)\)[ \t]*(#.*)?$`)
	inQuotes   = regexp.MustCompile(`^["'](.*)["'][ \t]+["'](.*)["'][ \t]*(#.*)?$`)
	makeNames  = regexp.MustCompile(`\$[({]([^(){}]*)[)}]`)
)

// branchOf evaluates a condition. What depends on a variable that the file and the command line don't set is unknown: the environment of
// who calls make may.
func (m *makefile) branchOf(word, rest string) branch {
	if word == "ifdef" || word == "ifndef" {
		name := strings.TrimSpace(rest)
		return branch{known: m.sets(name), taken: m.sets(name) == (word == "ifdef")}
	}
	sides := inBrackets.FindStringSubmatch(rest)
	if sides == nil {
		sides = inQuotes.FindStringSubmatch(rest)
	}
	if sides == nil {
		return branch{}
	}
	for _, name := range makeNames.FindAllStringSubmatch(sides[1]+sides[2], -1) {
		if !m.sets(name[1]) {
			return branch{}
		}
	}
	left, right := m.text(sides[1]), m.text(sides[2])
	return branch{known: true, taken: (left == right) == (word == "ifeq")}
}

// sets reports whether a variable has a value that is known here.
func (m *makefile) sets(name string) bool {
	if _, ok := m.fixed[name]; ok {
		return true
	}
	value, ok := m.variables[name]
	return ok && len(pytest.Unknowns(value.String())) == 0
}

func (m *makefile) text(expression string) string {
	t := source.NewText(m.file.name, []byte(strings.TrimSpace(expression)))
	return m.expand(t, nil, nil, 0).String()
}
