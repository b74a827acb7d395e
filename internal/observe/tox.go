package observe

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// readToxINI reads tox.ini, and the sections of setup.cfg that are tox's.
func readToxINI(f file) found {
	if f.base() == "setup.cfg" && !strings.Contains(string(f.content), "[testenv") {
		return found{}
	}
	return distinctCommands(loadTox(f, call{}))
}

// loadTox reads the environments of a file of tox that a command line names, or else all of them.
func loadTox(f file, c call) found {
	if path.Ext(f.base()) == ".toml" {
		return loadToxTOML(f, c)
	}
	return loadToxINI(f, f.text(), c)
}

// loadToxINI is loadTox for a tox.ini, which may be a part of a file.
func loadToxINI(f file, text source.Text, c call) found {
	sections, err := text.ParseINI()
	if err != nil {
		return unread(err)
	}
	x := &toxINI{file: f, sections: map[string]source.Section{}, words: c.words, caller: c.inherited}
	for _, s := range sections {
		x.sections[s.Name.String()] = s
	}
	return x.found(c)
}

// unread makes the error of a parser a finding of a reader.
func unread(err error) (f found) {
	if p, ok := err.(*source.Problem); ok {
		f.problems = append(f.problems, Problem{Position: p.Position, Message: "there is " + p.What, Unread: true})
	}
	return f
}

// distinctCommands keeps commands that several environments share once, unless their variables or folders tell them apart: for who
// reads the file they are one place.
func distinctCommands(f found) found {
	seen := map[string]bool{}
	for i := range f.snippets {
		sn := &f.snippets[i]
		var fresh [][]pytest.Word // snippets may share their commands, so they are not changed in place
		for _, words := range sn.argv {
			key := fmt.Sprint(words[0].Pos, texts(words), sn.dir, added(nil, sn.env)) // maps print in the order of their keys
			if !seen[key] {
				fresh = append(fresh, words)
			}
			seen[key] = true
		}
		sn.argv = fresh
	}
	return f
}

// A toxINI is a tox.ini; its rules are those of tox 4.
type toxINI struct {
	file     file
	sections map[string]source.Section
	words    []pytest.Word       // of the caller, for {posargs}
	caller   map[string]string   // variables of the caller, for {env:NAME}
	byName   map[string][]string // names of sections by environment
	expanded int                 // texts, for all of the file
}

// found returns the commands of the environments that a call names, or of all, a snippet for each.
func (x *toxINI) found(c call) (f found) {
	listed := x.listed()
	var known map[string]bool
	if slices.ContainsFunc(listed, func(name string) bool { return strings.ContainsAny(name, "{[") }) {
		c.lenient = true // a reference, whose names are not worked out
	}
	if len(c.names) > 0 && !c.lenient {
		known = factorsOf(x.known(listed))
	}
	names := slices.Concat(slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return !c.lenient && !isToxEnv(name, known) }), x.labelled(c.labels))
	if len(c.names) > 0 && len(names) == 0 {
		return f // tox refuses them
	}
	if fitting := slices.DeleteFunc(x.environments(listed), func(name string) bool { return !c.fits(name) }); len(names) == 0 && (len(fitting) > 0 || len(c.factors) > 0) {
		names = fitting
	}
	named := len(names) > 0 || len(c.factors) > 0
	if !named && len(c.labels) == 0 {
		names = x.environments(listed)
	}
	for _, name := range names {
		f.add(x.snippets(name, named || slices.Contains(listed, name), false)...)
	}
	if !named && len(c.labels) == 0 {
		for _, name := range x.unlisted(names) {
			f.add(x.snippets(name, false, true)...)
		}
	}
	return f
}

// known returns the environments of the file, and the factors that its conditions ask for.
func (x *toxINI) known(listed []string) []string {
	known := x.environments(listed)
	for _, s := range x.sections {
		for _, e := range s.Entries {
			for _, line := range e.Value.Text.Lines() {
				if m := factorLine.FindStringSubmatch(line.String()); m != nil {
					for _, one := range expandedList(m[1]) {
						known = append(known, strings.ReplaceAll(one, "!", ""))
					}
				}
			}
		}
	}
	return known
}

// isToxEnv reports whether tox 4 takes a name for that of an environment: each of its factors tells a version of Python or is one of a known
// environment (tox 4, session/env_select.py).
func isToxEnv(name string, known map[string]bool) bool {
	for _, factor := range strings.Split(name, "-") {
		if !dynamicFactor.MatchString(factor) && !known[factor] && !known[name] {
			return false
		}
	}
	return true
}

// factorsOf returns names of environments and their factors.
func factorsOf(envs []string) map[string]bool {
	known := map[string]bool{}
	for _, env := range envs {
		known[env] = true
		for _, factor := range strings.Split(env, "-") {
			known[factor] = true
		}
	}
	return known
}

var dynamicFactor = regexp.MustCompile(`^(pypy|py|cython|graalpy|rustpython|)(((\d(\.\d+(\.\d+)?)?)|\d+)t?)?$|^(alpha|beta|rc\.?\d*)$|^ALL$|^\.pkg`)

// listed returns the environments that tox runs by itself.
func (x *toxINI) listed() (names []string) {
	for _, section := range []string{"tox", "tox:tox"} {
		for _, key := range []string{"env_list", "envlist"} {
			if n := x.sections[section].Get(key); n != nil {
				names = append(names, expandedList(n.Text.String())...)
			}
		}
	}
	if len(names) == 0 {
		names = []string{"py"}
	}
	return names
}

func expandedList(s string) (names []string) {
	for _, word := range splitList(s) {
		names = append(names, braces(word)...)
	}
	return names
}

// labelled returns the environments that have one of some labels: [tox] lists them by label, or they name their labels.
func (x *toxINI) labelled(labels []string) (names []string) {
	if len(labels) == 0 {
		return nil
	}
	if n := x.sections["tox"].Get("labels"); n != nil {
		for _, line := range n.Text.Lines() {
			if label, list, ok := strings.Cut(line.String(), "="); ok && slices.Contains(labels, strings.TrimSpace(label)) {
				names = append(names, expandedList(list)...)
			}
		}
	}
	for _, name := range x.environments(nil) {
		if n := x.own(name, "labels"); n != nil && slices.ContainsFunc(splitList(n.Text.String()), func(l string) bool { return slices.Contains(labels, l) }) {
			names = append(names, name)
		}
	}
	return names
}

// environments returns those that are listed and those that have a section.
func (x *toxINI) environments(listed []string) []string {
	names := slices.Clone(listed)
	for name := range x.sections {
		if env, ok := strings.CutPrefix(name, "testenv:"); ok {
			names = append(names, braces(env)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unlisted returns an environment for each line of [testenv]'s commands that holds in none of those that the file names: people
// and CI services name others, such as py313-slow, whose factors the lines tell.
func (x *toxINI) unlisted(names []string) (more []string) {
	n := x.sections["testenv"].Get("commands")
	if n == nil {
		return nil
	}
	for _, line := range n.Text.Lines() {
		m := factorLine.FindStringSubmatch(line.String())
		if m == nil || slices.ContainsFunc(slices.Concat(names, more), func(env string) bool {
			_, fits := forEnv(line, env)
			return fits && x.own(env, "commands") == nil
		}) {
			continue
		}
		var factors []string
		for _, factor := range strings.Split(slices.Concat(expandedList(m[1]), []string{""})[0], "-") {
			if factor != "" && factor[0] != '!' {
				factors = append(factors, factor)
			}
		}
		if len(factors) > 0 {
			more = append(more, strings.Join(factors, "-"))
		}
	}
	return more
}

// snippets returns the commands of an environment, one each: tox stops at the first that fails, unless it begins with "-".
func (x *toxINI) snippets(name string, first, doubtful bool) (list []snippet) {
	e := &toxEnv{toxINI: x, name: name, set: map[string]string{"TOX_ENV_NAME": name, "VIRTUAL_ENV": "/venv"}}
	if n := x.get(name, "set_env", "setenv"); n != nil {
		e.variables(n.Text, 0)
	}
	sn := snippet{kind: Tox, tool: "tox", name: name, where: "env " + name, dir: dirOf(x.file.name), env: e.set, first: first, doubtful: doubtful}
	if dir := x.get(name, "change_dir", "changedir"); dir != nil {
		sn.dir = inside(sn.dir, e.substitute(dir.Text).String())
	}
	for _, key := range []string{"commands_pre", "commands", "commands_post"} {
		if n := x.get(name, key); n != nil {
			list = append(list, e.commands(sn, n.Text, 0)...)
		}
	}
	if len(list) == 0 {
		list = append(list, sn) // so that the name is known
	}
	return list
}

// inside returns a folder of the repository as seen from another one of it.
func inside(dir, to string) string {
	if rest, ok := strings.CutPrefix(to, mount); ok {
		dir, to = "", rest
	}
	return strings.TrimPrefix(path.Clean("/"+path.Join(dir, to)), "/")
}

// get returns a key of an environment: of its own section, of one whose name expands to it, else of [testenv].
func (x *toxINI) get(env string, keys ...string) *source.Node {
	if n := x.own(env, keys...); n != nil {
		return n
	}
	for _, key := range keys {
		if n := x.sections["testenv"].Get(key); n != nil {
			return n
		}
	}
	return nil
}

// own returns a key of the section of an environment.
func (x *toxINI) own(env string, keys ...string) *source.Node {
	for _, name := range x.sectionsOf(env) {
		for _, key := range keys {
			if n := x.sections[name].Get(key); n != nil {
				return n
			}
		}
	}
	return nil
}

// sectionsOf returns the names of the sections that are an environment's.
func (x *toxINI) sectionsOf(env string) (names []string) {
	if x.byName == nil {
		x.byName = map[string][]string{}
		for _, section := range slices.Sorted(maps.Keys(x.sections)) {
			if own, ok := strings.CutPrefix(section, "testenv:"); ok {
				for _, one := range braces(own) {
					x.byName[one] = append(x.byName[one], section)
				}
			}
		}
	}
	return x.byName[env]
}
