package observe

import (
	"strings"

	"policygen/internal/source"
)

// maxExpansion bounds what the expansion of a variable may come to, in bytes, maxNesting how deep it may go, and maxReplaced how
// many texts with references are expanded for one file.
const (
	maxExpansion = 1 << 16
	maxNesting   = 32
	maxReplaced  = 1 << 16
)

// expand replaces the references of make in a text: $(NAME), ${NAME}, $N and $$. A function is unknown, but for those that
// only return what they are given. What no line of the Makefile sets comes from the environment of who calls make, so it is
// empty unless something is set there.
func (m *makefile) expand(t source.Text, own map[string]source.Text, automatic map[string]string, depth int) source.Text {
	s := t.String()
	if !strings.Contains(s, "$") || depth > maxNesting {
		return t
	}
	if m.expanded++; m.expanded > maxReplaced {
		return source.Literal(unknownWord("too many references"), t)
	}
	var parts []source.Text
	size, at := 0, 0
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 >= len(s) {
			i++
			continue
		}
		parts = append(parts, t.Slice(at, i))
		end, name := reference(s, i)
		value := m.value(t.Slice(i, end), name, own, automatic, depth)
		if size += value.Len(); size > maxExpansion {
			value = source.Literal(unknownWord(s[i:end]), t.Slice(i, end))
		}
		parts = append(parts, value)
		i, at = end, end
	}
	return source.JoinTexts(append(parts, t.Slice(at, len(s)))...)
}

// reference returns the end of the reference that begins at i, and what is between its brackets.
func reference(s string, i int) (end int, name string) {
	open := s[i+1]
	closing, ok := map[byte]byte{'(': ')', '{': '}'}[open]
	if !ok {
		return i + 2, s[i+1 : i+2]
	}
	depth := 0
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return j + 1, s[i+2 : j]
			}
		}
	}
	return len(s), s[i+2:]
}

func (m *makefile) value(at source.Text, name string, own map[string]source.Text, automatic map[string]string, depth int) source.Text {
	literal := func(value string) source.Text { return source.Literal(value, at) }
	if name == "$" {
		return literal("$")
	}
	if value, ok := automatic[strings.TrimRight(name, "DF")]; ok && name != "" {
		return literal(value)
	}
	if value, ok := m.fixed[name]; ok {
		return literal(value)
	}
	for _, all := range []map[string]source.Text{own, m.variables} {
		if value, ok := all[name]; ok {
			return literal(m.expand(value, own, automatic, depth+1).String())
		}
	}
	if word, rest, ok := strings.Cut(name, " "); ok && word == "if" {
		return m.condition(at, rest, own, automatic, depth)
	}
	return literal(builtIn(name))
}

// condition expands the arguments of $(if condition,then,else).
func (m *makefile) condition(at source.Text, arguments string, own map[string]source.Text, automatic map[string]string, depth int) source.Text {
	parts := append(splitArguments(arguments), "", "")
	chosen := parts[2]
	if strings.TrimSpace(m.expand(source.Literal(parts[0], at), own, automatic, depth+1).String()) != "" {
		chosen = parts[1]
	}
	return source.Literal(m.expand(source.Literal(chosen, at), own, automatic, depth+1).String(), at)
}

// splitArguments splits the arguments of a function at the commas outside of brackets.
func splitArguments(s string) (list []string) {
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ',':
			if depth == 0 && len(list) < 2 {
				list = append(list, s[start:i])
				start = i + 1
			}
		}
	}
	return append(list, s[start:])
}

// builtIn returns what make itself knows of a name.
func builtIn(name string) string {
	switch name {
	case "MAKE":
		return "make"
	case "CURDIR", "PWD":
		return mount
	case "SHELL":
		return "/bin/sh"
	case "MAKEFLAGS", "MAKECMDGOALS", "":
		return ""
	case "PYTHON":
		return "python3" // what people mean by a PYTHON that the environment gives
	}
	if plainName.MatchString(name) {
		return ""
	}
	if word, rest, ok := strings.Cut(name, " "); ok && word == "strip" {
		return rest
	}
	return unknownWord(name)
}
