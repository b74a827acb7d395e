package shell

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// A variable is a value and where the script assigned it.
type variable struct {
	expand.Variable
	origins []finding.Position // of the value, or of each element of an array
}

// A scope is the variables of the shell or of a call of a function.
type scope struct {
	vars   map[string]variable
	parent *scope
}

// clone copies a chain of scopes, as a subshell does. Values are never changed in place.
func (sc *scope) clone() *scope {
	if sc == nil {
		return nil
	}
	return &scope{maps.Clone(sc.vars), sc.parent.clone()}
}

func (sc *scope) size() int {
	if sc == nil {
		return 0
	}
	return len(sc.vars) + sc.parent.size()
}

func (sc *scope) find(name string) *scope {
	for ; sc != nil; sc = sc.parent {
		if _, ok := sc.vars[name]; ok {
			return sc
		}
	}
	return nil
}

func text(s string) expand.Variable {
	return expand.Variable{Set: true, Kind: expand.String, Str: s}
}

func list(items ...string) expand.Variable {
	return expand.Variable{Set: true, Kind: expand.Indexed, List: items}
}

// Get returns a variable or a special parameter.
func (s *shell) Get(name string) expand.Variable {
	if v, ok := s.special(name); ok {
		return v
	}
	if sc := s.vars.find(name); sc != nil {
		return sc.vars[name].Variable
	}
	if v, ok := s.builtinVariable(name); ok {
		return v
	}
	return expand.Variable{}
}

// Each calls f for every variable.
func (s *shell) Each(f func(string, expand.Variable) bool) {
	for name, v := range s.all() {
		if !f(name, v.Variable) {
			return
		}
	}
}

// all are the visible variables.
func (s *shell) all() map[string]variable {
	out := map[string]variable{}
	var add func(*scope)
	add = func(sc *scope) {
		if sc == nil {
			return
		}
		add(sc.parent)
		maps.Copy(out, sc.vars)
	}
	add(s.vars)
	return out
}

// Set is how an expansion assigns.
func (s *shell) Set(name string, v expand.Variable) error {
	return s.set(name, variable{Variable: v})
}

// set assigns to a variable where it is visible, else to a global one.
func (s *shell) set(name string, v variable) error {
	if old, ok := s.lookup(name); ok && old.ReadOnly {
		return fmt.Errorf("%s: readonly variable", name)
	}
	sc := s.vars.find(name)
	if sc == nil {
		for sc = s.vars; sc.parent != nil; sc = sc.parent {
		}
	}
	return s.setIn(sc, name, v)
}

func (s *shell) lookup(name string) (variable, bool) {
	if sc := s.vars.find(name); sc != nil {
		return sc.vars[name], true
	}
	return variable{}, false
}

// setIn assigns in a scope, within bounds.
func (s *shell) setIn(sc *scope, name string, v variable) error {
	old := sc.vars[name]
	size := len(v.Str)
	for _, item := range v.List {
		size += len(item) + 16
	}
	for key, item := range v.Map {
		size += len(key) + len(item) + 32
	}
	if size > 4*maxValue || s.o.held+size > maxHeld {
		s.o.stopf(s.here(), "the values of variables take too much memory")
		return s.o.stop
	}
	if v.Kind != expand.String || old.Str != v.Str || old.IsSet() != v.IsSet() {
		s.o.changes++
	}
	s.o.held += size / 8 // most values take the place of others
	if s.opts.allExport {
		v.Exported = true
	}
	v.Exported = v.Exported || old.Exported
	if !v.Set {
		v.Exported = v.Exported && old.Exported
	}
	sc.vars[name] = v
	return nil
}

// maxHeld bounds what the variables of an observation hold together, in bytes, roughly.
const maxHeld = 32 << 20

func (s *shell) setText(name, value string) {
	name = s.target(name)
	if !syntax.ValidName(name) {
		return
	}
	old, _ := s.lookup(name)
	if old.Kind == expand.Indexed && len(old.List) > 0 {
		items := slices.Clone(old.List)
		items[0] = value
		s.problemErr(s.set(name, variable{Variable: list(items...)}))
		return
	}
	v := text(value)
	v.Exported = old.Exported
	s.problemErr(s.set(name, variable{Variable: v}))
}

// target follows name references.
func (s *shell) target(name string) string {
	for range 10 {
		v, ok := s.lookup(name)
		if !ok || v.Kind != expand.NameRef {
			break
		}
		name = v.Str
	}
	return name
}

func (s *shell) unset(name string) {
	s.o.changes++
	name, sub, isElem := strings.Cut(name, "[")
	sc := s.vars.find(name)
	if sc == nil || sc.vars[name].ReadOnly {
		return
	}
	if isElem {
		s.unsetElem(sc, name, strings.TrimSuffix(sub, "]"))
		return
	}
	delete(sc.vars, name)
}

// exportedNow is the environment of a command.
func (s *shell) exportedNow() map[string]string {
	env := map[string]string{}
	for name, v := range s.all() {
		if v.Exported && v.IsSet() && name != "PWD" && name != "OLDPWD" && name != "_" {
			env[name] = v.String()
		}
	}
	return env
}
