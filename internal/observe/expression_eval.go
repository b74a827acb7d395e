package observe

import (
	"math"
	"strconv"
	"strings"

	"policygen/internal/pytest"
)

// A value of an expression is nil, a bool, a float64, a string, a []any or a map[string]any with keys in lower case. A value that
// nobody knows is the text of [pytest.Unknown], also inside of a string.

// A scope is what expressions can see: the contexts of GitHub, such as "matrix", by their names.
type scope map[string]scopeContext

// A scopeContext is one context. What an open one does not have is unknown; in another one it is null.
type scopeContext struct {
	values map[string]any
	open   bool
}

// with returns the scope with another context in it.
func (s scope) with(name string, c scopeContext) scope {
	all := make(scope, len(s)+1)
	for n, old := range s {
		all[n] = old
	}
	all[name] = c
	return all
}

// eval returns the value of an expression, the unknown value where it can't be read.
func (s scope) eval(text string) any {
	e, err := parseExpression(text)
	if err != nil {
		return unknownOf(text)
	}
	return s.of(e)
}

func unknownOf(text string) any { return pytest.Unknown(strings.TrimSpace(text)) }

// isUnknown reports whether a value depends on one that nobody knows.
func isUnknown(v any) bool {
	switch v := v.(type) {
	case string:
		return len(pytest.Unknowns(v)) > 0
	case []any:
		for _, item := range v {
			if isUnknown(item) {
				return true
			}
		}
	}
	return false
}

func (s scope) of(e *expression) any {
	switch e.op {
	case "literal":
		return e.value
	case "name":
		return unknownOf(e.text) // a context as a whole
	case "get":
		return s.get(e)
	case "call":
		return s.call(e)
	case "!":
		if v := s.of(e.args[0]); !isUnknown(v) {
			return !truthy(v)
		}
		return unknownOf(e.text)
	case "&&", "||":
		return s.choice(e)
	}
	return s.compare(e)
}

// choice is "&&" or "||", of which the value is that of one side.
func (s scope) choice(e *expression) any {
	left := s.of(e.args[0])
	if !isUnknown(left) {
		if truthy(left) == (e.op == "||") {
			return left
		}
		return s.of(e.args[1])
	}
	if right := s.of(e.args[1]); e.op == "&&" && !isUnknown(right) && !truthy(right) {
		return right // whatever the left side is, the whole counts as false
	}
	return unknownOf(e.text)
}

// get takes a member out of a context, a map or a list.
func (s scope) get(e *expression) any {
	key := s.of(e.args[1])
	if isUnknown(key) {
		return unknownOf(e.text)
	}
	if e.args[0].op == "name" {
		c, ok := s[e.args[0].name]
		if !ok {
			return unknownOf(e.text)
		}
		v, ok := c.values[strings.ToLower(textOf(key))]
		if !ok && c.open {
			return unknownOf(e.text)
		}
		return v
	}
	return member(s.of(e.args[0]), key, e.text)
}

func member(from, key any, text string) any {
	switch from := from.(type) {
	case map[string]any:
		if textOf(key) == "*" {
			return unknownOf(text)
		}
		return from[strings.ToLower(textOf(key))]
	case []any:
		i, ok := key.(float64)
		if ok && i >= 0 && i < float64(len(from)) {
			return from[int(i)]
		}
		if textOf(key) == "*" {
			return from
		}
		return nil
	case string:
		if isUnknown(from) {
			return unknownOf(text)
		}
	}
	return nil
}

func (s scope) compare(e *expression) any {
	left, right := s.of(e.args[0]), s.of(e.args[1])
	if isUnknown(left) || isUnknown(right) {
		return unknownOf(e.text)
	}
	if e.op == "==" || e.op == "!=" {
		return equal(left, right) == (e.op == "==")
	}
	a, aText := left.(string)
	b, bText := right.(string)
	if aText && bText {
		return ordered(e.op, strings.Compare(strings.ToUpper(a), strings.ToUpper(b)))
	}
	x, y := numberOf(left), numberOf(right)
	if math.IsNaN(x) || math.IsNaN(y) {
		return false
	}
	sign := 0
	if x < y {
		sign = -1
	} else if x > y {
		sign = 1
	}
	return ordered(e.op, sign)
}

func ordered(op string, sign int) bool {
	switch op {
	case "<":
		return sign < 0
	case "<=":
		return sign <= 0
	case ">":
		return sign > 0
	}
	return sign >= 0
}

// equal compares as GitHub does: texts without regard to case, values of different types as numbers.
func equal(a, b any) bool {
	x, xText := a.(string)
	y, yText := b.(string)
	if xText && yText {
		return strings.EqualFold(x, y)
	}
	return numberOf(a) == numberOf(b) // NaN equals nothing
}

func numberOf(v any) float64 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case float64:
		return v
	case string:
		text := strings.TrimSpace(v)
		if text == "" {
			return 0
		}
		if n, ok := number(text); ok {
			return n
		}
	}
	return math.NaN()
}

func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0 && !math.IsNaN(v)
	case string:
		return v != ""
	}
	return true
}

// textOf returns a value as it is written into a text.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', 15, 64)
	case string:
		return v
	case []any:
		return "Array"
	}
	return "Object"
}
