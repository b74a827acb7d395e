package observe

import (
	"encoding/json"
	"strconv"
	"strings"

	"policygen/internal/pytest"
)

// functions are those of GitHub's functions whose value follows from their arguments. They are called with known ones only,
// format and join also with unknown ones.
var functions = map[string]func(args []any) (any, bool){
	"contains":   func(a []any) (any, bool) { return holdsValue(a) },
	"startswith": func(a []any) (any, bool) { return affix(a, strings.HasPrefix) },
	"endswith":   func(a []any) (any, bool) { return affix(a, strings.HasSuffix) },
	"fromjson":   fromJSON,
	"tojson":     toJSON,
}

func (s scope) call(e *expression) any {
	args := make([]any, len(e.args))
	known := true
	for i, a := range e.args {
		args[i] = s.of(a)
		known = known && !isUnknown(args[i])
	}
	switch f := functions[e.name]; {
	case e.name == "always":
		return true
	case e.name == "format" && len(args) > 0:
		return formatted(textOf(args[0]), args[1:])
	case e.name == "join" && len(args) > 0:
		return joined(args)
	case f != nil && known:
		if v, ok := f(args); ok {
			return v
		}
	}
	return unknownOf(e.text) // success(), failure(), hashFiles() and the like among them
}

func holdsValue(args []any) (any, bool) {
	if len(args) != 2 {
		return nil, false
	}
	if list, ok := args[0].([]any); ok {
		for _, item := range list {
			if equal(item, args[1]) {
				return true, true
			}
		}
		return false, true
	}
	return strings.Contains(strings.ToLower(textOf(args[0])), strings.ToLower(textOf(args[1]))), true
}

func affix(args []any, has func(s, affix string) bool) (any, bool) {
	if len(args) != 2 {
		return nil, false
	}
	return has(strings.ToLower(textOf(args[0])), strings.ToLower(textOf(args[1]))), true
}

// formatted replaces {0} and so on; "{{" and "}}" stand for braces.
func formatted(text string, args []any) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch end := strings.IndexByte(rest, '}'); {
		case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
			b.WriteByte(text[i])
			i++
		case text[i] == '{' && end > 0:
			if n, err := strconv.Atoi(rest[1:end]); err == nil && n >= 0 && n < len(args) {
				b.WriteString(textOf(args[n]))
			}
			i += end
		default:
			b.WriteByte(text[i])
		}
		if b.Len() > maxExpanded {
			return pytest.Unknown("format()")
		}
	}
	return b.String()
}

func joined(args []any) any {
	separator := ","
	if len(args) > 1 {
		separator = textOf(args[1])
	}
	list, ok := args[0].([]any)
	if !ok {
		return textOf(args[0])
	}
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = textOf(item)
	}
	return strings.Join(texts, separator)
}

func fromJSON(args []any) (any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	var v any
	if err := json.Unmarshal([]byte(textOf(args[0])), &v); err != nil {
		return nil, false
	}
	return lowered(v), true
}

// lowered returns a value with the keys of its maps in lower case.
func lowered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, item := range v {
			all[strings.ToLower(key)] = lowered(item)
		}
		return all
	case []any:
		for i := range v {
			v[i] = lowered(v[i])
		}
	}
	return v
}

func toJSON(args []any) (any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	text, err := json.MarshalIndent(args[0], "", "  ")
	return string(text), err == nil
}
