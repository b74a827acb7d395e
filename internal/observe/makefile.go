package observe

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// readMakefile reads the recipes of a Makefile.
func readMakefile(f file) found { return loadMakefile(f, call{}) }

// loadMakefile reads the recipes of a Makefile for a command line that may set variables. A conditional is evaluated where the file and
// the command line say all that it depends on; elsewhere its variables are unknown and its rules doubtful.
// Rules and expansion are those of the GNU make 4.4 manual.
func loadMakefile(f file, c call) found {
	m := &makefile{file: f, variables: map[string]source.Text{}, fixed: c.variables, exported: map[string]bool{}, prefix: "\t", dialect: shell.POSIX}
	for name, value := range c.inherited {
		m.variables[name] = source.Literal(value, f.text().Slice(0, 0)) // "?=" and "+=" take it, "=" does not
	}
	for _, line := range logicalLines(f.text()) {
		m.line(line)
	}
	return m.found()
}

// logicalLines returns the lines of a text, those that end in a backslash joined with what follows, backslash and all.
func logicalLines(t source.Text) (list []source.Text) {
	all := t.Lines()
	for i := 0; i < len(all); i++ {
		parts := []source.Text{all[i]}
		for continued(all[i].String()) && i+1 < len(all) {
			end := all[i].Len()
			parts = append(parts, source.Literal("\n", all[i].Slice(end-1, end)), all[i+1])
			i++
		}
		list = append(list, source.JoinTexts(parts...))
	}
	return list
}

func continued(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// A makefile is what was read of a Makefile so far.
type makefile struct {
	file      file
	variables map[string]source.Text
	fixed     map[string]string // by the command line
	exported  map[string]bool
	exportAll bool
	prefix    string
	dialect   shell.Dialect
	errExit   bool
	pipeFail  bool
	oneShell  bool
	rules     []rule
	defining  string // the name of a define that is open
	first     string // the default goal
	expanded  int    // texts, for all of the file
	branches  []branch
}

// A branch is the part of a conditional that is being read.
type branch struct {
	known  bool // whether make takes it follows from the file and the command line
	taken  bool
	before bool // an earlier part of the same conditional was taken
}

// A rule is targets with what makes them.
type rule struct {
	targets, needs []string
	recipe         []source.Text
	own            map[string]source.Text // variables of these targets alone
	doubtful       bool                   // a condition that nobody knows decides whether the rule is there
}

var (
	makeAssign = regexp.MustCompile(`^[ ]*((?:export|override|private|unexport)[ \t]+)*([^\s:=#+?!]+)[ \t]*(::?:?=|\+=|\?=|!=|=)[ \t]*`)
	makeRule   = regexp.MustCompile(`^([^\s:=#][^:=#]*?)[ \t]*::?([^=]|$)`)
	makeWord   = regexp.MustCompile(`^[ ]*(ifeq|ifneq|ifdef|ifndef|else|endif|include|-include|sinclude|vpath|undefine|endef|define|export|unexport)\b[ \t]*(.*)`)
)

func (m *makefile) line(line source.Text) {
	s := line.String()
	word := makeWord.FindStringSubmatch(s)
	switch {
	case m.defining != "":
		if word != nil && word[1] == "endef" {
			m.defining = ""
			return
		}
		body := m.variables[m.defining]
		if body.Len() > 0 {
			body = source.JoinTexts(body, source.Literal("\n", line))
		}
		m.variables[m.defining] = source.JoinTexts(body, line)
	case word != nil && m.conditional(word[1], word[2]):
	case m.skipped():
	case strings.HasPrefix(s, m.prefix) && len(m.rules) > 0:
		r := &m.rules[len(m.rules)-1]
		r.recipe = append(r.recipe, line.Slice(len(m.prefix), line.Len()))
	case strings.HasPrefix(strings.TrimLeft(s, " \t"), "#"), strings.TrimSpace(s) == "":
	case word != nil && word[1] == "define":
		m.defining = strings.TrimSpace(strings.TrimRight(word[2], " =:?+"))
		delete(m.variables, m.defining)
	case makeAssign.MatchString(s):
		m.assign(line, m.variables)
	case word != nil && word[1] == "export":
		m.exportAll = m.exportAll || strings.TrimSpace(word[2]) == ""
		for _, name := range strings.Fields(word[2]) {
			m.exported[name] = true
		}
	case word != nil:
	default:
		m.rule(line)
	}
}

func (m *makefile) assign(line source.Text, into map[string]source.Text) {
	at := makeAssign.FindStringSubmatchIndex(line.String())
	name, op := line.String()[at[4]:at[5]], line.String()[at[6]:at[7]]
	value := withoutComment(line.Slice(at[1], line.Len()))
	if strings.Contains(line.String()[:at[4]], "export") && !strings.Contains(line.String()[:at[4]], "unexport") {
		m.exported[name] = true
	}
	before, known := into[name]
	switch {
	case op == "!=":
		value = source.Literal(unknownWord(name), line)
	case op == "?=" && known:
		return
	case op == "+=" && known:
		value = source.JoinTexts(before, source.Literal(" ", value), value)
	case strings.HasSuffix(op, ":="):
		value = m.expand(value, nil, nil, 0)
	}
	if m.doubtful() && (!known || before.String() != value.String()) {
		value = source.Literal(unknownWord(name), line)
	}
	into[name] = value
	switch name {
	case ".RECIPEPREFIX":
		if value.Len() > 0 {
			m.prefix = value.String()[:1]
		}
	case "SHELL":
		m.dialect = dialectOf(path.Base(value.String()))
	case ".SHELLFLAGS":
		m.errExit = m.errExit || strings.Contains(value.String(), "e")
		m.pipeFail = m.pipeFail || strings.Contains(value.String(), "pipefail")
	}
}

// withoutComment cuts a comment off the end of a line.
func withoutComment(t source.Text) source.Text {
	s := t.String()
	for i := 0; i < len(s); i++ {
		if s[i] == '#' && (i == 0 || s[i-1] != '\\') {
			s = s[:i]
			break
		}
	}
	return t.Slice(0, len(strings.TrimRight(s, " \t")))
}

func (m *makefile) rule(line source.Text) {
	s := line.String()
	at := makeRule.FindStringSubmatchIndex(s)
	if at == nil {
		return
	}
	targets := strings.Fields(m.expand(line.Slice(at[2], at[3]), nil, nil, 0).String())
	rest := line.Slice(at[3], line.Len())
	rest = rest.Slice(len(rest.String())-len(strings.TrimLeft(rest.String(), " \t:")), rest.Len())
	if makeAssign.MatchString(rest.String()) {
		own := map[string]source.Text{}
		m.assign(rest, own)
		m.rules = append(m.rules, rule{targets: targets, own: own})
		return
	}
	r := rule{targets: targets, doubtful: m.doubtful()}
	prerequisites, recipe, inline := strings.Cut(rest.String(), ";")
	if inline {
		r.recipe = append(r.recipe, rest.Slice(len(rest.String())-len(recipe), rest.Len()))
	}
	prerequisites, _, _ = strings.Cut(prerequisites, "#")
	r.needs = strings.Fields(strings.ReplaceAll(m.expand(rest.Slice(0, len(prerequisites)), nil, nil, 0).String(), "|", " "))
	m.oneShell = m.oneShell || slices.Contains(targets, ".ONESHELL")
	if m.first == "" && len(targets) > 0 && !strings.HasPrefix(targets[0], ".") && !strings.Contains(targets[0], "%") {
		m.first = targets[0]
	}
	m.rules = append(m.rules, r)
}

// found makes snippets of the rules, one for each line of a recipe, as make starts a shell for each.
func (m *makefile) found() (f found) {
	for _, r := range m.rules {
		for _, target := range r.targets {
			f.add(m.snippets(r, target)...)
		}
	}
	return f
}

func (m *makefile) snippets(r rule, target string) (list []snippet) {
	sn := snippet{
		kind: Make, tool: "make", name: target, where: "target " + target, dialect: m.dialect, dir: dirOf(m.file.name), needs: r.needs, first: target == m.first,
		errExit: m.errExit, pipeFail: m.pipeFail, env: m.env(target), doubtful: r.doubtful,
	}
	own := m.own(target)
	for _, line := range m.commands(r.recipe) {
		one := sn
		one.text, one.hidden = recipeLine(m.expand(line, own, m.automatic(r, target), 0))
		list = append(list, one)
		sn.needs = nil // once is enough
	}
	if len(list) == 0 {
		list = append(list, sn) // a target that only needs others
	}
	return list
}

// commands returns the lines of a recipe, as one where one shell gets them all.
func (m *makefile) commands(recipe []source.Text) []source.Text {
	if !m.oneShell || len(recipe) == 0 {
		return recipe
	}
	var parts []source.Text
	for _, line := range recipe {
		parts = append(parts, line, source.Literal("\n", line))
	}
	return []source.Text{source.JoinTexts(parts...)}
}

func dirOf(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// recipeLine takes the characters off that are make's or just's, and says how the status of the line is lost by one of them.
func recipeLine(line source.Text) (rest source.Text, hidden string) {
	s := line.String()
	i := 0
	for i < len(s) && strings.IndexByte("@-+ \t", s[i]) >= 0 {
		if s[i] == '-' {
			hidden = "a line that begins with -"
		}
		i++
	}
	return line.Slice(i, line.Len()), hidden
}

// own returns the variables of a target alone.
func (m *makefile) own(target string) map[string]source.Text {
	own := map[string]source.Text{}
	for _, r := range m.rules {
		if r.own != nil && slices.Contains(r.targets, target) {
			for name, value := range r.own {
				own[name] = value
			}
		}
	}
	return own
}

func (m *makefile) automatic(r rule, target string) map[string]string {
	first := ""
	if len(r.needs) > 0 {
		first = r.needs[0]
	}
	return map[string]string{"@": target, "<": first, "^": strings.Join(r.needs, " "), "+": strings.Join(r.needs, " "), "?": strings.Join(r.needs, " "), "*": unknownWord("stem")}
}

// env returns what the recipes of a target find in their environment.
func (m *makefile) env(target string) map[string]string {
	env := map[string]string{}
	own := m.own(target)
	for _, all := range []map[string]source.Text{m.variables, own} {
		for name, value := range all {
			if m.exportAll && plainName.MatchString(name) || m.exported[name] {
				env[name] = m.expand(value, own, nil, 0).String()
			}
		}
	}
	for name, value := range m.fixed {
		env[name] = value
	}
	return env
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
