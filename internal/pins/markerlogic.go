package pins

import (
	"slices"

	"policygen/internal/pep440"
)

// A Truth is what is known of a condition.
type Truth int

// The truths.
const (
	Maybe Truth = iota // it depends on what nobody said
	True
	False
)

// String returns "maybe", "true" or "false".
func (t Truth) String() string { return [...]string{"maybe", "true", "false"}[t] }

// An Environment is what is known of the places where something is installed. The zero Environment may be any.
type Environment struct {
	Python pep440.Set // the versions of Python that there may be, such as that of requires-python; the empty set is any
	// Values has, by the name of a variable such as "sys_platform", the values that it may have; a variable that isn't there may
	// have any. "extra" is that which is asked for; "extras" and "dependency_groups", of pylock.toml, are all that are asked for.
	Values map[string][]string
}

// Holds returns whether the marker holds: True and False only if it does so in every environment that there may be.
func (m Marker) Holds(env Environment) Truth {
	if m.root == nil {
		return True
	}
	if yes, ok := m.root.alternatives(false, nil); ok && !satisfiable(yes, env) {
		return False
	}
	if no, ok := m.root.alternatives(true, nil); ok && !satisfiable(no, env) {
		return True
	}
	return Maybe
}

// Disjoint reports whether two markers certainly never hold together.
func Disjoint(a, b Marker) bool { return DisjointIn(a, b, Environment{}) }

// DisjointIn is Disjoint for environments of which something is known.
func DisjointIn(a, b Marker, env Environment) bool { return a.And(b).Holds(env) == False }

// An atom is a comparison that has to hold, or has to fail.
type atom struct {
	variable, operator, value string
	literalFirst              bool // the literal was on the left, and its operator can't be turned
	negated                   bool
}

// maxAlternatives bounds the disjunctive normal form. Markers that people write have a dozen; those that a resolver made may have a
// hundred.
const maxAlternatives = 500

// alternatives returns the disjunctive normal form of the expression or of its opposite, each alternative joined with what is common
// to all. It is not ok if there are too many.
func (e *expression) alternatives(negated bool, common []atom) (list [][]atom, ok bool) {
	switch {
	case e.parts == nil:
		return [][]atom{append(slices.Clone(common), e.atom(negated))}, true
	case (e.operator == "or") != negated:
		for _, part := range e.parts {
			more, ok := part.alternatives(negated, common)
			if list = append(list, more...); !ok || len(list) > maxAlternatives {
				return nil, false
			}
		}
		return list, true
	}
	list = [][]atom{common}
	for _, part := range e.parts {
		var next [][]atom
		for _, one := range list {
			more, ok := part.alternatives(negated, one)
			if next = append(next, more...); !ok || len(next) > maxAlternatives {
				return nil, false
			}
		}
		list = possible(next)
	}
	return list, true
}

// possible drops the alternatives that contradict themselves, before there are too many.
func possible(list [][]atom) [][]atom {
	if len(list) < 8 {
		return list
	}
	return slices.DeleteFunc(list, func(atoms []atom) bool { return !satisfiable([][]atom{atoms}, Environment{}) })
}

func (e *expression) atom(negated bool) atom {
	variable, operator, value := e.turned()
	a := atom{variable: variable, operator: operator, value: normalised(variable, value), negated: negated}
	if operator == "" {
		a.operator, a.literalFirst = e.operator, true
	}
	return a.canonical()
}

// canonical says what is said of another variable of sys_platform: where the one is known the other is.
func (a atom) canonical() atom {
	if a.operator == "!=" && !versioned[a.variable] { // of what is no version, neither == nor != holds
		a.operator, a.negated = "==", !a.negated
	}
	if positive := map[string]string{"not in": "in", "lacks": "contains"}[a.operator]; positive != "" {
		a.operator, a.negated = positive, !a.negated
	}
	same := map[[2]string]string{
		{"platform_system", "Windows"}: "win32", {"platform_system", "Linux"}: "linux", {"platform_system", "Darwin"}: "darwin",
		{"os_name", "nt"}: "win32", {"os_name", "posix"}: "win32",
	}
	if platform := same[[2]string{a.variable, a.value}]; platform != "" && a.operator == "==" {
		a.negated = a.negated != (a.value == "posix")
		a.variable, a.value = "sys_platform", platform
	}
	return a
}

// satisfiable reports whether one of the alternatives may hold in the environment.
func satisfiable(alternatives [][]atom, env Environment) bool {
	return slices.ContainsFunc(alternatives, func(atoms []atom) bool {
		byVariable := map[string][]atom{}
		python := pythons(env)
		for _, a := range atoms {
			if set, ok := a.python(); ok {
				python = python.Intersect(set)
				continue
			}
			byVariable[a.variable] = append(byVariable[a.variable], a)
		}
		if python.IsEmpty() {
			return false
		}
		for variable, about := range byVariable {
			if !fulfillable(about, env.values(variable), isSet(variable)) {
				return false
			}
		}
		return true
	})
}

// values returns the values that a variable may have, nil for any.
func (env Environment) values(variable string) []string {
	if list, ok := env.Values[variable]; ok || variable != "sys_platform" {
		return list
	}
	known := map[string]string{"Windows": "win32", "Linux": "linux", "Darwin": "darwin"}
	var list []string
	for _, system := range env.Values["platform_system"] {
		if known[system] == "" {
			return nil
		}
		list = append(list, known[system])
	}
	return list
}

func isSet(variable string) bool { return variable == "extras" || variable == "dependency_groups" }

// fulfillable reports whether a variable may be so that all the atoms about it hold. Unless its values are known, an atom that
// names one tells it.
func fulfillable(about []atom, values []string, set bool) bool {
	for _, a := range about {
		opposite := a
		opposite.negated = !a.negated
		if slices.Contains(about, opposite) {
			return false
		}
		if values == nil && a.operator == "==" && !a.negated && !set && !versioned[a.variable] {
			values = []string{a.value}
		}
	}
	switch {
	case values == nil:
		return true
	case set:
		return !slices.ContainsFunc(about, func(a atom) bool { return a.operator == "contains" && contains(values, a) == a.negated })
	}
	return slices.ContainsFunc(values, func(value string) bool {
		return !slices.ContainsFunc(about, func(a atom) bool {
			holds := a.compare(normalised(a.variable, value))
			return holds != Maybe && (holds == True) == a.negated
		})
	})
}

func contains(values []string, a atom) bool {
	return slices.ContainsFunc(values, func(v string) bool { return normalised(a.variable, v) == a.value })
}
