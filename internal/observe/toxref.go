package observe

import (
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// A toxEnv is an environment of a tox.ini whose values are being read.
type toxEnv struct {
	*toxINI
	name string
	set  map[string]string // its variables so far
}

// variables takes the lines of set_env.
func (e *toxEnv) variables(t source.Text, depth int) {
	for _, line := range t.Lines() {
		line, fits := forEnv(line, e.name)
		if !fits {
			continue
		}
		if other, ok := e.wholeReference(line); ok {
			if e.expanded++; depth < maxNesting && e.expanded < maxReplaced {
				e.variables(other, depth+1)
			}
			continue
		}
		if name, value, ok := strings.Cut(e.substitute(line).String(), "="); ok && !strings.HasPrefix(strings.TrimSpace(name), "#") {
			name, value = strings.TrimSpace(name), strings.TrimSpace(value)
			if marker.MatchString(value) {
				value = unknownWord(name)
			}
			e.set[name] = value
		}
	}
}

// marker matches a condition behind a value of set_env, which tox 4 asks the interpreter of the environment.
// https://tox.wiki/en/latest/config.html#set_env
var marker = regexp.MustCompile(`;\s*\(?\s*(python_version|python_full_version|sys_platform|os_name|platform_\w+|implementation_\w+)\s*([<>=!~]|in\b|not\b)`)

// commands returns a snippet for each line of commands, with what else is to be known from sn.
func (e *toxEnv) commands(sn snippet, t source.Text, depth int) (list []snippet) {
	for _, line := range e.lines(t) {
		s := line.String()
		if trimmed := strings.TrimLeft(s, " \t"); trimmed == "" || trimmed[0] == '#' || len(list) >= maxCommands {
			continue
		}
		if other, ok := e.wholeReference(line); ok {
			if e.expanded++; depth < maxNesting && e.expanded < maxReplaced {
				list = append(list, e.commands(sn, other, depth+1)...)
			}
			continue
		}
		start := len(s) - len(strings.TrimLeft(s, " \t-!"))
		if words := e.positional(e.substitute(line.Slice(start, line.Len()))); len(words) > 0 {
			one := sn
			one.argv = [][]pytest.Word{words}
			if strings.Contains(s[:start], "-") {
				one.hidden = "a command that begins with -"
			}
			list = append(list, one)
		}
	}
	return list
}

// lines returns the logical lines of a text that hold for the environment. Those of other factors are taken out before lines are joined.
func (e *toxEnv) lines(t source.Text) []source.Text {
	var parts []source.Text
	for _, line := range t.Lines() {
		if line, fits := forEnv(line, e.name); fits {
			parts = append(parts, line, source.Literal("\n", line.Slice(line.Len(), line.Len())))
		}
	}
	return logicalLines(source.JoinTexts(parts...))
}

// maxCommands bounds the commands of one environment, whose references may multiply them.
const maxCommands = 256

var toxWhole = regexp.MustCompile(`^[ \t]*\{\[([^\]{}]*)\]([^{}]*)\}[ \t]*$`)

// wholeReference returns the lines that a line stands for which is nothing but a reference to a key of a section.
func (e *toxEnv) wholeReference(line source.Text) (source.Text, bool) {
	m := toxWhole.FindStringSubmatch(line.String())
	if m == nil {
		return source.Text{}, false
	}
	n := e.referred(m[1], m[2])
	if n == nil {
		return source.Text{}, false
	}
	return n.Text, true
}

// referred returns the key of a section that a reference means. An environment has the keys of all sections whose names expand to it, and
// those of [testenv].
func (x *toxINI) referred(section, key string) *source.Node {
	if n := x.sections[section].Get(key); n != nil {
		return n
	}
	if env, ok := strings.CutPrefix(section, "testenv:"); ok {
		return x.get(env, key)
	}
	return nil
}

// positional is the mark that {posargs} leaves for the caller's words, which are words and no text.
const positional = "\ue010"

// positional splits a command into words and puts the caller's words where {posargs} stood.
func (e *toxEnv) positional(line source.Text) (words []pytest.Word) {
	for _, w := range splitWords(line) {
		if w.Text == positional {
			words = append(words, e.words...)
			continue
		}
		words = append(words, w)
	}
	return words
}

var toxReference = regexp.MustCompile(`\{(\[[^\]{}]*\][^{}]*|[a-z_]+(:[^{}]*)?|/|:)\}`)

// substitute replaces the references of tox in a text: {posargs:default}, {env:NAME:default}, {[section]key}, {toxinidir}.
func (e *toxEnv) substitute(t source.Text) source.Text { return e.substituteDeep(t, 0) }

func (e *toxEnv) substituteDeep(t source.Text, depth int) source.Text {
	for range 8 { // a default may hold a reference; the innermost is replaced first
		if e.expanded++; e.expanded > maxReplaced {
			return source.Literal(unknownWord("too many references"), t)
		}
		all := toxReference.FindAllStringSubmatchIndex(t.String(), -1)
		if len(all) == 0 || depth > maxNesting || t.Len() > maxExpansion {
			return t
		}
		var parts []source.Text
		at := 0
		for _, m := range all {
			parts = append(parts, t.Slice(at, m[0]), e.reference(t.Slice(m[0], m[1]), t.String()[m[2]:m[3]], depth))
			at = m[1]
		}
		t = source.JoinTexts(append(parts, t.Slice(at, t.Len()))...)
	}
	return t
}

func (e *toxEnv) reference(at source.Text, inner string, depth int) source.Text {
	if rest, ok := strings.CutPrefix(inner, "["); ok {
		section, key, _ := strings.Cut(rest, "]")
		if n := e.referred(section, key); n != nil {
			var lines []string
			for _, line := range n.Text.Lines() {
				if line, fits := forEnv(line, e.name); fits {
					lines = append(lines, line.String())
				}
			}
			return e.substituteDeep(source.Literal(strings.Join(lines, "\n"), at), depth+1)
		}
		return source.Literal(unknownWord(at.String()), at)
	}
	name, rest, _ := strings.Cut(inner, ":")
	switch name {
	case "posargs":
		if len(e.words) > 0 {
			return source.Literal(positional, at)
		}
		return at.Slice(min(len("{posargs:"), at.Len()-1), at.Len()-1)
	case "env":
		variable, fallback, given := strings.Cut(rest, ":")
		value, ok := e.set[variable]
		if !ok {
			value, ok = e.caller[variable]
		}
		switch {
		case ok:
			return source.Literal(value, at)
		case given:
			return at.Slice(at.Len()-1-len(fallback), at.Len()-1)
		}
		return source.Literal("", at)
	case "tty":
		return source.Literal(withoutTerminal(rest), at)
	}
	return source.Literal(toxValue(inner, e.name), at)
}

// withoutTerminal returns what "{tty:ON:OFF}" stands for where nobody watches, as on a CI service.
func withoutTerminal(rest string) string {
	_, off, _ := strings.Cut(rest, ":")
	return off
}

// toxValue returns what tox itself knows under a name.
func toxValue(name, env string) string {
	switch name {
	case "toxinidir", "tox_root":
		return mount
	case "envname", "env_name":
		return env
	case "/":
		return "/"
	case ":":
		return ":"
	case "envpython", "env_python":
		return "python"
	case "envbindir", "env_bin_dir":
		return "/venv/bin"
	}
	return unknownWord(name)
}
