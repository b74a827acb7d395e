package observe

import (
	"regexp"
	"strings"

	"policygen/internal/source"
)

// maxExpanded bounds the length of a text after its expressions are replaced, in bytes.
const maxExpanded = 1 << 20

// expand replaces the expressions of a text by their values, which stand where the expressions stood.
func (s scope) expand(t source.Text) source.Text {
	if !strings.Contains(t.String(), "${{") {
		return t
	}
	var parts []source.Text
	size := 0
	rest := t
	for {
		start, end := nextExpression(rest.String())
		if start < 0 || size > maxExpanded {
			break
		}
		value := textOf(s.eval(rest.String()[start+3 : end-2]))
		size += len(value)
		parts = append(parts, rest.Slice(0, start), source.Literal(value, rest.Slice(start, end)))
		rest = rest.Slice(end, rest.Len())
	}
	return source.JoinTexts(append(parts, rest)...)
}

// nextExpression returns where the first "${{" begins and where its "}}" ends, which is not in a text of the expression.
// It returns -1 where there is none.
func nextExpression(text string) (start, end int) {
	start = strings.Index(text, "${{")
	if start < 0 {
		return -1, -1
	}
	quoted := false
	for i := start + 3; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case !quoted && strings.HasPrefix(text[i:], "}}"):
			return start, i + 2
		}
	}
	return -1, -1
}

// value returns what a node comes to, with the type that a single expression or YAML gives it.
func (s scope) value(n *source.Node) any {
	return s.valueAt(n, 0)
}

func (s scope) valueAt(n *source.Node, depth int) any {
	switch {
	case n == nil || depth > maxExpression:
		return nil
	case n.Kind == source.List:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = s.valueAt(item, depth+1)
		}
		return list
	case n.Kind == source.Map:
		all := map[string]any{}
		for _, e := range n.Entries {
			all[strings.ToLower(e.Key.String())] = s.valueAt(e.Value, depth+1)
		}
		return all
	}
	return s.scalar(n)
}

func (s scope) scalar(n *source.Node) any {
	text := n.Text.String()
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(text, "true")
	case "!!int", "!!float":
		if v, ok := number(strings.ReplaceAll(text, "_", "")); ok {
			return v
		}
	}
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "${{") {
		if start, end := nextExpression(trimmed); start == 0 && end == len(trimmed) {
			return s.eval(trimmed[3 : end-2])
		}
	}
	return s.expand(n.Text).String()
}

// text returns what a scalar comes to as text, with its positions.
func (s scope) text(n *source.Node) source.Text {
	if n == nil || n.Kind != source.Scalar {
		return source.Text{}
	}
	if v := s.scalar(n); n.Tag != "!!str" {
		if written := textOf(v); written != n.Text.String() {
			return source.Literal(written, n.Text) // 3.10 is a number, which is written 3.1
		}
	}
	return s.expand(n.Text)
}

// never reports whether a condition is known to be false.
func (s scope) never(condition *source.Node) bool {
	v := s.condition(condition)
	return !isUnknown(v) && !truthy(v)
}

// surely reports whether a condition is known to be true where nothing fails.
func (s scope) surely(condition *source.Node) bool {
	if condition != nil && whenWell.MatchString(condition.Text.String()) {
		return true
	}
	v := s.condition(condition)
	return !isUnknown(v) && truthy(v)
}

var whenWell = regexp.MustCompile(`^\s*(\$\{\{)?\s*(success\(\)|!\s*cancelled\(\))\s*(\}\})?\s*$`)

// condition returns what a condition comes to; true where there is none.
func (s scope) condition(n *source.Node) any {
	if n == nil || n.Kind != source.Scalar {
		return true
	}
	switch text := strings.TrimSpace(n.Text.String()); {
	case text == "":
		return true
	case strings.Contains(text, "${{"):
		return s.scalar(n)
	default:
		return s.eval(text)
	}
}
