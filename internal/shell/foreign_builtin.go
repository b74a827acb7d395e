package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// builtin is the builtin of a name, which takes its arguments and gives a status, or nil.
func builtin(name string) func(*shell, []string) int {
	switch name {
	case ":", "true", "jobs", "disown", "ulimit", "umask", "caller", "bind", "times", "bg", "fg", "suspend", "history",
		"alias", "unalias", "complete", "compgen", "compopt", "enable", "help", "fc":
		return func(*shell, []string) int { return 0 }
	case "wait":
		return func(s *shell, args []string) int {
			if len(args) == 0 {
				return 0
			}
			return s.o.jobs[args[len(args)-1]]
		}
	case "false":
		return func(*shell, []string) int { return 1 }
	case "[":
		return func(s *shell, args []string) int {
			if len(args) == 0 || args[len(args)-1] != "]" {
				return 2
			}
			return s.test(args[:len(args)-1])
		}
	case "test":
		return (*shell).test
	case "echo":
		return (*shell).echo
	case "printf":
		return (*shell).printf
	case "cd", "chdir":
		return (*shell).cd
	case "pwd":
		return func(s *shell, _ []string) int { s.print(s.dir + "\n"); return 0 }
	case "pushd":
		return (*shell).pushd
	case "popd":
		return (*shell).popd
	case "dirs":
		return func(s *shell, _ []string) int {
			s.print(strings.Join(append([]string{s.dir}, s.dirs...), " ") + "\n")
			return 0
		}
	}
	return stateBuiltin(name)
}

func stateBuiltin(name string) func(*shell, []string) int {
	switch name {
	case "set":
		return (*shell).setOptions
	case "shopt":
		return (*shell).shopt
	case "shift":
		return (*shell).shift
	case "unset":
		return (*shell).unsetAll
	case "trap":
		return (*shell).trap
	case "read":
		return (*shell).read
	case "mapfile", "readarray":
		return (*shell).mapfile
	case "getopts":
		return (*shell).getopts
	case "type", "hash":
		return func(s *shell, args []string) int { return s.typeOf(name, args) }
	case "kill":
		return func(_ *shell, args []string) int { return oneIf(len(args) > 0 && args[0] == "-0") } // jobs have ended
	case "let":
		return (*shell).let
	case "export", "local", "declare", "typeset", "readonly": // by way of command, or as an expansion
		return func(s *shell, args []string) int {
			d := declaration{s: s, local: name == "local", readonly: name == "readonly"}
			d.export = oneIf(name == "export")
			for _, arg := range args {
				d.field(Word{Text: arg})
			}
			return 0
		}
	}
	return nil
}

func (s *shell) let(args []string) int {
	n := 0
	for _, arg := range args {
		if x, ok := s.parsed(arg, nil).(*syntax.ParenArithm); ok {
			n = s.arithm(x)
		}
	}
	return isZero(n)
}

func (s *shell) typeOf(name string, args []string) int {
	kind := slices.Contains(args, "-t")
	status := 0
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-"):
		case kind && s.funcs[arg].body != nil:
			s.print("function\n")
		case kind && isBuiltin(arg):
			s.print("builtin\n")
		case kind:
			s.print("file\n")
		case name == "type":
			status |= s.whichAll([]string{arg})
		}
	}
	return status
}
