package observe

import (
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// readJustfile reads the recipes of a justfile.
func readJustfile(f file) found { return loadJustfile(f, call{}) }

var (
	justAssign = regexp.MustCompile(`^(export[ \t]+)?([A-Za-z_][A-Za-z0-9_-]*)[ \t]*:=[ \t]*(.*)$`)
	justRecipe = regexp.MustCompile(`^@?([A-Za-z_][A-Za-z0-9_-]*)((?:[ \t]+[^:]*?)?)[ \t]*:([^=].*|)$`)
	justSet    = regexp.MustCompile(`^set[ \t]+([a-z-]+)[ \t]*(?::=[ \t]*(.*))?$`)
	justInsert = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
)

// loadJustfile reads the recipes of a justfile for a command line with words for their parameters; its rules are those of just 1.
func loadJustfile(f file, c call) found {
	j := &justfile{file: f, words: c.words, values: map[string]string{}, env: map[string]string{}, dialect: shell.POSIX}
	for _, line := range logicalLines(f.text()) {
		j.line(line)
	}
	j.close()
	return j.found
}

// A justfile is what was read of one so far.
type justfile struct {
	file       file
	words      []pytest.Word
	values     map[string]string
	env        map[string]string
	dialect    shell.Dialect
	errExit    bool
	positional bool // recipes get their arguments as $1, $2 …
	found      found
	recipe     *snippet
	parameters map[string]string
	body       []source.Text
}

func (j *justfile) line(line source.Text) {
	s := line.String()
	switch m := justAssign.FindStringSubmatch(s); {
	case j.recipe != nil && (strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\t")):
		j.body = append(j.body, line)
	case strings.TrimSpace(s) == "", strings.HasPrefix(s, "#"), strings.HasPrefix(s, "["):
	case m != nil:
		j.close()
		j.values[m[2]] = literalOf(m[3])
		if m[1] != "" {
			j.env[m[2]] = j.values[m[2]]
		}
	case justSet.MatchString(s):
		j.close()
		j.set(justSet.FindStringSubmatch(s))
	case justRecipe.MatchString(s):
		j.close()
		j.begin(justRecipe.FindStringSubmatch(s))
	default:
		j.close()
	}
}

// literalOf returns the value of a string of just; of any other expression an unknown one.
func literalOf(expression string) string {
	e := strings.TrimSpace(expression)
	if len(e) >= 2 && (e[0] == '\'' || e[0] == '"') && e[len(e)-1] == e[0] && strings.Count(e, e[:1]) == 2 {
		return e[1 : len(e)-1]
	}
	return unknownWord(e)
}

func (j *justfile) set(m []string) {
	switch m[1] {
	case "shell":
		if strings.Contains(m[2], "bash") || strings.Contains(m[2], "zsh") {
			j.dialect = shell.Bash
		}
		j.errExit = strings.Contains(m[2], `"-e`)
	case "positional-arguments":
		j.positional = !strings.Contains(m[2], "false")
	}
}

func (j *justfile) begin(m []string) {
	first := len(j.found.snippets) == 0
	sn := snippet{kind: Task, tool: "just", name: m[1], where: "recipe " + m[1], dir: dirOf(j.file.name), dialect: j.dialect, errExit: j.errExit, env: j.env, first: first}
	for _, need := range strings.Fields(strings.NewReplacer("(", " ", ")", " ", "&&", " ").Replace(m[3])) {
		if plainTask.MatchString(need) {
			sn.needs = append(sn.needs, need)
		}
	}
	j.recipe, j.parameters, j.body = &sn, j.bind(strings.Fields(m[2])), nil
}

// bind gives the parameters of a recipe the caller's words, or their defaults.
func (j *justfile) bind(parameters []string) map[string]string {
	bound := map[string]string{}
	rest := j.words
	for _, p := range parameters {
		name, fallback, given := strings.Cut(strings.TrimLeft(p, "*+$"), "=")
		switch {
		case strings.HasPrefix(p, "*") || strings.HasPrefix(p, "+"):
			bound[name] = strings.Join(texts(rest), " ")
			rest = nil
		case len(rest) > 0:
			bound[name] = rest[0].Text
			rest = rest[1:]
		case given:
			bound[name] = literalOf(fallback)
		default:
			bound[name] = unknownWord(name)
		}
	}
	return bound
}

// close makes snippets of the recipe that was read: one of a script, else one for each line.
func (j *justfile) close() {
	if j.recipe == nil {
		return
	}
	sn := *j.recipe
	j.recipe = nil
	if len(j.body) > 0 && strings.HasPrefix(strings.TrimSpace(j.body[0].String()), "#!") {
		j.script(sn)
		return
	}
	for _, line := range j.body {
		one := sn
		one.text, one.hidden = recipeLine(j.insert(line))
		j.found.add(one)
		sn.needs = nil
	}
	if len(j.body) == 0 {
		j.found.add(sn)
	}
}

func (j *justfile) script(sn snippet) {
	if !isScript([]byte(strings.TrimSpace(j.body[0].String()))) {
		return // Python or another language
	}
	sn.dialect = dialectOfScript("", []byte(strings.TrimSpace(j.body[0].String())))
	var parts []source.Text
	for _, line := range j.body {
		parts = append(parts, j.insert(line), source.Literal("\n", line))
	}
	sn.text = source.JoinTexts(parts...)
	j.found.add(sn)
}

// insert replaces what stands in {{ }}.
func (j *justfile) insert(line source.Text) source.Text {
	var parts []source.Text
	at := 0
	for _, m := range justInsert.FindAllStringSubmatchIndex(line.String(), -1) {
		name := strings.TrimSpace(line.String()[m[2]:m[3]])
		value, ok := j.parameters[name]
		if !ok {
			value, ok = j.values[name]
		}
		if !ok {
			value = unknownWord(name)
		}
		parts = append(parts, line.Slice(at, m[0]), source.Literal(value, line.Slice(m[0], m[1])))
		at = m[1]
	}
	return source.JoinTexts(append(parts, line.Slice(at, line.Len()))...)
}
