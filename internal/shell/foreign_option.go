package shell

import (
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// setOptions is set: options, then perhaps the positional parameters.
func (s *shell) setOptions(args []string) int {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			s.o.changes++
			s.params, s.places, s.stray = slices.Clone(args[i+1:]), nil, false
			return 0
		case arg == "-o" || arg == "+o":
			if i++; i < len(args) {
				s.option(args[i], arg[0] == '-')
			}
		case len(arg) > 1 && (arg[0] == '-' || arg[0] == '+'):
			for _, c := range arg[1:] {
				if c == 'o' && i+1 < len(args) {
					i++
					s.option(args[i], arg[0] == '-')
					continue
				}
				s.option(string(c), arg[0] == '-')
			}
		case arg == "-" || arg == "+":
		default:
			s.o.changes++
			s.params, s.places, s.stray = slices.Clone(args[i:]), nil, false
			return 0
		}
	}
	return 0
}

func (s *shell) option(name string, on bool) {
	switch name {
	case "e", "errexit":
		s.opts.errExit = on
	case "u", "nounset":
		s.opts.noUnset = on
	case "f", "noglob":
		s.opts.noGlob = on
	case "a", "allexport":
		s.opts.allExport = on
	case "pipefail":
		s.opts.pipeFail = on
	}
}

func (s *shell) shopt(args []string) int {
	mode, query, posix, status := "", false, false, 0
	for _, arg := range args {
		switch {
		case arg == "-s" || arg == "-u":
			mode = arg
		case arg == "-q":
			query = true
		case arg == "-o":
			posix = true
		case strings.HasPrefix(arg, "-"):
		case posix && mode != "":
			s.option(arg, mode == "-s")
		case mode != "":
			s.opts.shopt[arg] = mode == "-s"
		case query && !s.opts.shopt[arg]:
			status = 1
		}
	}
	return status
}

func (s *shell) shift(args []string) int {
	n := 1
	if len(args) > 0 {
		n, _ = strconv.Atoi(args[0])
	}
	if n < 0 || n > len(s.params) {
		return 1
	}
	s.o.changes += n
	s.params = s.params[n:]
	s.places = s.places[min(n, len(s.places)):]
	return 0
}

func (s *shell) unsetAll(args []string) int {
	funcs, vars := true, true
	for _, arg := range args {
		switch {
		case arg == "-f":
			vars = false
		case arg == "-v":
			funcs = false
		case vars && s.vars.find(strings.SplitN(arg, "[", 2)[0]) != nil:
			s.unset(arg)
		case funcs:
			delete(s.funcs, arg)
		}
	}
	return 0
}

// trap keeps the commands of the traps that are run: EXIT and ERR. Those of signals wait to be looked at.
func (s *shell) trap(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) < 2 {
		if len(args) == 1 {
			delete(s.traps, trapName(args[0]))
		}
		return 0
	}
	for _, name := range args[1:] {
		name = trapName(name)
		if args[0] == "-" {
			delete(s.traps, name)
			continue
		}
		s.traps[name] = trap{args[0], s.here()}
		if name != "EXIT" && name != "ERR" && args[0] != "" {
			s.trapLater(args[0])
		}
	}
	return 0
}

func (s *shell) trapLater(code string) {
	if len(code) > maxExpression || s.o.seen["trap\x00"+code] {
		return
	}
	s.o.seen["trap\x00"+code] = true
	pos := s.here()
	if u, err := newUnit(s.unit.path, code, func(int) finding.Position { return pos }, Bash); err == nil {
		s.o.later(s.within(u), u.file.Stmts)
	}
}

func trapName(name string) string {
	name = strings.TrimPrefix(strings.ToUpper(name), "SIG")
	if name == "0" {
		return "EXIT"
	}
	return name
}
