package shell

import "mvdan.cc/sh/v3/expand"

// environment is the exported variables of a World.
type environment struct {
	vars    map[string]string
	started bool // the interpreter has been set up
}

// Get returns a variable. While the interpreter is set up it answers for those that the interpreter would otherwise take
// from the system and the process, and names a folder for the interpreter's own files that no path of a script can lie in:
// paths have no NUL.
func (e *environment) Get(name string) expand.Variable {
	if !e.started {
		switch name {
		case "HOME", "UID", "EUID", "GID":
			return exported("")
		case "TMPDIR":
			return exported("/\x00")
		}
	}
	if value, ok := e.vars[name]; ok {
		return exported(value)
	}
	return expand.Variable{}
}

// Each calls f for every variable, in no particular order, until it returns false.
func (e *environment) Each(f func(name string, vr expand.Variable) bool) {
	for name, value := range e.vars {
		if !f(name, exported(value)) {
			return
		}
	}
}

func exported(value string) expand.Variable {
	return expand.Variable{Set: true, Exported: true, Kind: expand.String, Str: value}
}
