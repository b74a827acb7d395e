package observe

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// A hatchEnvs is the environments of a project of hatch, by their names.
// https://hatch.pypa.io/1.16/config/environment/overview/
type hatchEnvs struct{ all *source.Node }

// hatchEnvsOf returns the environments of a file; none where it has none.
func hatchEnvsOf(base string, root *source.Node) hatchEnvs {
	if base == "pyproject.toml" {
		return hatchEnvs{root.Get("tool", "hatch", "envs")}
	}
	return hatchEnvs{root.Get("envs")}
}

// whole returns an environment with what it has from its template, which is "default" where it names none and is not detached: scripts
// one by one, everything else but the matrix only where it has nothing of its own.
func (h hatchEnvs) whole(name string, open ...string) *source.Node {
	own := h.all.Get(name)
	template := firstScalar(own, []string{"template"}, "default")
	if firstScalar(own, []string{"detached"}, "") == "true" {
		template = name
	}
	if own == nil || h.all.Get(template) == nil || template == name || slices.Contains(open, template) {
		return own
	}
	merged := *own
	merged.Entries = slices.Clone(own.Entries)
	for _, e := range entriesOf(h.whole(template, append(slices.Clone(open), name)...)) {
		at := slices.IndexFunc(merged.Entries, func(o source.Entry) bool { return o.Key.String() == e.Key.String() })
		switch key := e.Key.String(); {
		case key == "matrix":
		case at < 0:
			merged.Entries = append(merged.Entries, e)
		case key == "scripts":
			merged.Entries[at].Value = mergeNodes(e.Value, merged.Entries[at].Value)
		}
	}
	return &merged
}

// A hatchEnv is an environment of hatch as its scripts find it.
type hatchEnv struct {
	name      string
	own       *source.Node // the scripts that its own table has
	scripts   *source.Node
	variables map[string]string
	overrides *source.Node
	left      int // how many lines its scripts may still come to
}

// maxHatchLines bounds the lines of the scripts of an environment, which may name one another.
const maxHatchLines = 2000

func (h hatchEnvs) env(name string) *hatchEnv {
	n := h.whole(name)
	own := mergeNodes(h.all.Get(name, "extra-scripts"), h.all.Get(name, "scripts"))
	e := &hatchEnv{name: name, own: own, scripts: mergeNodes(n.Get("extra-scripts"), n.Get("scripts")), overrides: n.Get("overrides"), left: maxHatchLines}
	e.variables = map[string]string{}
	for name, value := range keysOf(n.Get("env-vars")) {
		if value.Kind == source.Scalar {
			e.variables[name] = value.Text.String()
			if strings.Contains(value.Text.String(), "{") { // a field, such as that of a matrix
				e.variables[name] = pytest.Unknown(name)
			}
		}
	}
	for name := range e.overridden("env-vars") {
		e.variables[name] = pytest.Unknown(name)
	}
	return e
}

// overridden returns what overrides set under a key, by name: each holds on a platform, with a variable or in a part of the matrix only.
func (e *hatchEnv) overridden(key string) map[string][]source.Text {
	all := map[string][]source.Text{}
	for _, on := range keysOf(e.overrides) {
		for _, options := range keysOf(on) {
			for _, item := range slices.Concat(listOf(options.Get(key)), listOf(options.Get("set-"+key))) {
				text, name := item.Text, item.Get("key")
				if name != nil {
					value := item.Get("value")
					all[name.Text.String()] = append(all[name.Text.String()], firstOr(value).Text)
					continue
				}
				if at := strings.Index(text.String(), "="); at > 0 {
					all[text.String()[:at]] = append(all[text.String()[:at]], text.Slice(at+1, text.Len()))
				} else if text.Len() > 0 {
					all[text.String()] = append(all[text.String()], source.Text{})
				}
			}
		}
	}
	return all
}

// hatchTasks reads the scripts of all environments.
func hatchTasks(f file, base string, root *source.Node, c call) (all found) {
	envs := hatchEnvsOf(base, root)
	r := taskReader{file: f, table: taskTable{tool: "hatch"}, words: c.words}
	for _, entry := range entriesOf(envs.all) {
		e := envs.env(entry.Key.String())
		overridden := e.overridden("scripts")
		for _, entry := range entriesOf(e.scripts) {
			script, commands := entry.Key.String(), entry.Value
			sn := r.hatchSnippet(e, script)
			sn.doubtful = len(overridden[script]) > 0
			all.add(r.hatchLines(sn, e.lines(script, listText(commands)))...)
		}
		for _, script := range slices.Sorted(maps.Keys(overridden)) {
			sn := r.hatchSnippet(e, script)
			sn.doubtful = true
			all.add(r.hatchLines(sn, overridden[script])...)
		}
	}
	return all
}

func (r taskReader) hatchSnippet(e *hatchEnv, script string) snippet {
	sn := snippet{kind: Task, tool: "hatch", name: script, group: e.name, where: "task " + script, dir: dirOf(r.file.name), dialect: shell.POSIX, env: e.variables}
	if e.own.Get(script) == nil {
		sn.where += " in " + e.name
	}
	return sn
}

// hatchLines makes a snippet of each line of a script.
func (r taskReader) hatchLines(sn snippet, lines []source.Text) (list []snippet) {
	for _, line := range lines {
		one := sn
		one.text = r.arguments(hatchFields(line))
		if strings.HasPrefix(one.text.String(), "- ") {
			one.text, one.hidden = recipeLine(one.text)
		}
		list = append(list, one)
	}
	return list
}

// lines returns the command lines of a script. One that begins with the name of another script stands for the lines of that, with its
// own words behind them.
func (e *hatchEnv) lines(script string, commands []source.Text, open ...string) (lines []source.Text) {
	open = append(slices.Clone(open), script)
	for _, command := range commands {
		if e.left--; e.left < 0 {
			break
		}
		ignored := strings.HasPrefix(command.String(), "- ")
		start := len(command.String()) - len(strings.TrimPrefix(command.String(), "- "))
		word, rest, _ := strings.Cut(command.String()[start:], " ")
		other := e.scripts.Get(word)
		if other == nil || slices.Contains(open, word) || len(open) > maxDepth {
			lines = append(lines, command)
			continue
		}
		for _, line := range e.lines(word, listText(other), open...) {
			switch {
			case rest != "":
				line = source.JoinTexts(line, source.Literal(" ", line.Slice(line.Len(), line.Len())), command.Slice(command.Len()-len(rest), command.Len()))
			case ignored && !strings.HasPrefix(line.String(), "- "):
				line = source.JoinTexts(source.Literal("- ", line), line)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func entriesOf(n *source.Node) []source.Entry { return firstOr(n).Entries }

// listText returns the texts of a list of scalars, or of one.
func listText(n *source.Node) (list []source.Text) {
	for _, item := range listOf(n) {
		if item.Kind == source.Scalar {
			list = append(list, item.Text)
		}
	}
	return list
}

var hatchField = regexp.MustCompile(`\{(?:(env):(\w+)(?::([^{}]*))?|(matrix):(\w+)(?::[^{}]*)?|(verbosity)(?::[^{}]*)?|(root|home)(?::[^{}]*)?|(env_name|env_type))\}`)

// hatchFields puts what the shell or we know in place of fields other than "{args}".
// https://hatch.pypa.io/1.16/config/context/
func hatchFields(t source.Text) source.Text {
	return replaceAll(t, hatchField, func(match string) string {
		switch m := hatchField.FindStringSubmatch(match); {
		case m[1] != "" && strings.Count(match, ":") > 1:
			return "${" + m[2] + "-" + m[3] + "}"
		case m[1] != "":
			return "${" + m[2] + "-" + unknownWord(m[2]) + "}"
		case m[4] != "":
			return unknownWord("matrix." + m[5])
		case m[6] != "":
			return ""
		case m[7] != "":
			return mount
		default:
			return unknownWord(m[8])
		}
	})
}

// hatchGroup returns the environment that a call of hatch means, by its name or that of a part of its matrix.
func hatchGroup(all []snippet, named string) string {
	if named == "" {
		return "default"
	}
	for _, name := range []string{named, named[:max(strings.Index(named, "."), 0)]} {
		if slices.ContainsFunc(all, func(sn snippet) bool { return sn.group == name && name != "" }) {
			return name
		}
	}
	return named
}
