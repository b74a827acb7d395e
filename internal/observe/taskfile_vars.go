package observe

import (
	"cmp"
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// taskValues returns variables with those of a map, whose values may use the ones before. What a command prints is unknown.
func taskValues(n *source.Node, before map[string]string) map[string]string {
	values := with(before, nil)
	if n == nil {
		return values
	}
	for _, e := range n.Entries {
		name := e.Key.String()
		if e.Value.Kind == source.Scalar {
			values[name] = expandTask(e.Value.Text, values).String()
		} else {
			values[name] = pytest.Unknown(name)
		}
	}
	return values
}

// taskEnv returns an environment with variables of a map that it has not yet.
func taskEnv(n *source.Node, env, values map[string]string) map[string]string {
	for name, value := range taskValues(n, values) {
		if _, ok := env[name]; !ok && n.Get(name) != nil {
			env[name] = value
		}
	}
	return env
}

var (
	taskTemplate = regexp.MustCompile(`\{\{-?((?:[^{}"]|"[^"]*")*?)-?\}\}`)
	taskVariable = regexp.MustCompile(`^\.(\w+)$`)
	taskDefault  = regexp.MustCompile("^\\.(\\w+)\\s*\\|\\s*default\\s+(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|(\\w+))$")
	defaultFirst = regexp.MustCompile("^default\\s+(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|(\\w+))\\s+\\.(\\w+)$")
)

// expandTask replaces the templates of a text: "{{.NAME}}" and its default. A variable that is set nowhere is empty, other
// templates are unknown.
func expandTask(t source.Text, values map[string]string) source.Text {
	var parts []source.Text
	at, size := 0, 0
	for _, m := range taskTemplate.FindAllStringSubmatchIndex(t.String(), -1) {
		value := templateValue(strings.TrimSpace(t.String()[m[2]:m[3]]), values)
		if size += len(value); size > maxExpanded {
			break
		}
		parts = append(parts, t.Slice(at, m[0]), source.Literal(value, t.Slice(m[0], m[1])))
		at = m[1]
	}
	if at == 0 {
		return t
	}
	return source.JoinTexts(append(parts, t.Slice(at, t.Len()))...)
}

func templateValue(template string, values map[string]string) string {
	if m := taskVariable.FindStringSubmatch(template); m != nil {
		return values[m[1]]
	}
	if m := taskDefault.FindStringSubmatch(template); m != nil {
		return cmp.Or(values[m[1]], m[2]+m[3]+m[4]+m[5])
	}
	if m := defaultFirst.FindStringSubmatch(template); m != nil {
		return cmp.Or(values[m[5]], m[1]+m[2]+m[3]+m[4])
	}
	return pytest.Unknown(template)
}
