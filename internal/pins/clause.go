package pins

import (
	"strings"

	"policygen/internal/pep440"
)

// A clause is one part of a specifier set as it is written.
type clause struct {
	operator, gap, version string
}

// clausesOf splits specifier sets, also several that "||" joins and those with the operators of poetry. Nothing is checked.
func clausesOf(text string) []clause {
	var list []clause
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "||", ","), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		version := strings.TrimLeft(part, "<>=!~^")
		c := clause{operator: part[:len(part)-len(version)], version: strings.TrimSpace(version)}
		c.gap = version[:len(version)-len(strings.TrimLeft(version, " \t"))]
		list = append(list, c)
	}
	return list
}

// String returns the clause as it is written.
func (c clause) String() string { return c.operator + c.gap + c.version }

func (c clause) set() (pep440.Set, bool) { return parseSet(c.operator + c.version) }

func (c clause) isLower() bool { return c.operator == ">=" || c.operator == ">" }
func (c clause) isUpper() bool { return c.operator == "<=" || c.operator == "<" }

// A style is how a requirement is written: what its clauses are joined by, and what stands between an operator and its version.
type style struct{ separator, gap string }

func styleOf(text string) style {
	s := style{separator: ","}
	if i := strings.Index(text, ","); i >= 0 && strings.HasPrefix(text[i+1:], " ") {
		s.separator = ", "
	}
	if list := clausesOf(text); len(list) > 0 {
		s.gap = list[0].gap
	}
	return s
}

// spell writes clauses in the style.
func (s style) spell(list []clause) string {
	words := make([]string, len(list))
	for i, c := range list {
		c.gap = s.gap
		words[i] = c.String()
	}
	return strings.Join(words, s.separator)
}

// setOf returns what all the clauses admit.
func setOf(list []clause) (pep440.Set, bool) {
	all := pep440.All()
	for _, c := range list {
		set, ok := c.set()
		if !ok {
			return all, false
		}
		all = all.Intersect(set)
	}
	return all, true
}

// SpecifierSet returns what a specifier admits as it may stand in a file: one of PEP 440, or one of poetry's "^1.2", "~1.2", "1.2"
// and "*". It is not ok for others.
func SpecifierSet(text string) (pep440.Set, bool) {
	text = strings.TrimSpace(text)
	rest := strings.TrimLeft(text, "^~")
	switch {
	case text == "*":
		return pep440.All(), true
	case strings.HasPrefix(text, "^"):
		return compatible(rest, true)
	case strings.HasPrefix(text, "~") && !strings.HasPrefix(text, "~="):
		return compatible(rest, false)
	case text != "" && text[0] >= '0' && text[0] <= '9':
		return parseSet("==" + text)
	}
	return parseSet(text)
}

// compatible returns what poetry's caret or tilde admits.
func compatible(version string, caret bool) (pep440.Set, bool) {
	version = strings.TrimSpace(version)
	numbers := strings.Split(version, ".")
	at := min(1, len(numbers)-1)
	if caret {
		for at = 0; at < len(numbers)-1 && strings.Trim(numbers[at], "0") == ""; at++ {
		}
	}
	end, ok := bumped(version, at)
	if !ok {
		return pep440.None(), false
	}
	return parseSet(">=" + version + ",<" + end)
}
