package shell

import (
	"path"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// control is the builtin of a name that changes which statement comes next, or nil.
func control(name string) func(*shell, []Word) flow {
	switch name {
	case "exit", "logout":
		return (*shell).exit
	case "return":
		return (*shell).returns
	case "break", "continue":
		return (*shell).leave
	case "eval":
		return (*shell).eval
	case ".", "source":
		return (*shell).sourceFile
	case "exec":
		return (*shell).exec
	case "command", "builtin":
		return (*shell).byCommand
	}
	return nil
}

// setStatus takes the operand of exit and return.
func (s *shell) setStatus(words []Word) {
	if len(words) > 1 {
		n, err := strconv.Atoi(words[1].Text)
		switch {
		case err == nil:
			s.status = n & 255
		case isUnknown(words[1].Text):
			s.status = 0
		default:
			s.status = 2
		}
	}
}

func (s *shell) exit(words []Word) flow {
	s.setStatus(words)
	return flow{kind: exits}
}

func (s *shell) returns(words []Word) flow {
	s.setStatus(words)
	if s.calling == 0 && s.sourced == 0 {
		s.status = 1
		return flow{}
	}
	return flow{kind: returns}
}

func (s *shell) leave(words []Word) flow {
	n := 1
	if len(words) > 1 {
		n, _ = strconv.Atoi(words[1].Text)
	}
	s.status = 0
	if s.loops == 0 {
		return flow{}
	}
	kind := breaks
	if words[0].Text == "continue" {
		kind = continues
	}
	return flow{kind, min(max(1, n), s.loops)}
}

func (s *shell) eval(words []Word) flow {
	pos := words[0].Pos
	if len(words) > 1 {
		pos = words[1].Pos
		if words[1].begun {
			pos = origin(words[1])
		}
	}
	return s.evalText(strings.Join(textsOf(words[1:]), " "), pos)
}

// sourceFile runs a file of the repository, or one that the script wrote. One that is not there is passed over, since
// nobody here knows what the environments of other machines hold.
func (s *shell) sourceFile(words []Word) flow {
	if len(words) < 2 {
		s.status = 2
		return flow{}
	}
	name := absolute(s.dir, words[1].Text)
	text, ok := s.o.read(name)
	if !ok {
		s.status = 0
		return flow{}
	}
	u, err := newUnit(name, text, s.o.positions(name, text), Bash)
	if err != nil {
		s.o.problems = append(s.o.problems, *err)
		s.o.later(s.within(u), u.file.Stmts)
		return flow{}
	}
	params, places := s.params, s.places
	if len(words) > 2 {
		s.params, s.places = textsOf(words[2:]), originsOf(words[2:])
	}
	s.frames = append(s.frames, frame{"source", words[1].Text})
	s.sourced++
	f := s.runUnit(u)
	s.sourced--
	s.frames = s.frames[:len(s.frames)-1]
	if len(words) > 2 {
		s.params, s.places = params, places
	}
	if f.kind == returns {
		return flow{}
	}
	return f
}

// positions tells the places in a file of the repository, by its path below the root.
func (o *observer) positions(name, text string) func(int) finding.Position {
	file := name
	if rel, ok := o.inTree(path.Clean(name)); ok {
		file = rel
	}
	src := []byte(text)
	return func(offset int) finding.Position { return positionAt(file, src, min(offset, len(src))) }
}

func (s *shell) exec(words []Word) flow {
	words = words[1:]
	for len(words) > 0 && strings.HasPrefix(words[0].Text, "-") {
		skip := 1
		if words[0].Text == "-a" {
			skip = min(2, len(words))
		}
		words = words[skip:]
	}
	if len(words) == 0 {
		s.status = 0
		return flow{}
	}
	hidden := s.hidden
	if strings.HasPrefix(hidden, "the script goes on") {
		s.hidden = ""
	}
	s.external(words)
	return flow{kind: exits}
}

// byCommand runs a builtin or command by way of command, or tells what a name is.
func (s *shell) byCommand(words []Word) flow {
	rest := words[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0].Text, "-") {
		if strings.ContainsAny(rest[0].Text, "vV") {
			s.status = s.whichAll(textsOf(rest[1:]))
			return flow{}
		}
		rest = rest[1:]
	}
	if len(rest) == 0 {
		s.status = 0
		return flow{}
	}
	return s.startNoFunction(rest)
}

// whichAll prints where commands are; every name is taken to be found.
func (s *shell) whichAll(names []string) int {
	status := 0
	for _, name := range names {
		switch {
		case s.isCommandName(name) || isUnknown(name):
			s.print(name + "\n")
		case strings.Contains(name, "/"):
			if _, ok := s.o.stat(absolute(s.dir, name)); !ok {
				status = 1
				continue
			}
			s.print(name + "\n")
		default:
			s.print("/usr/bin/" + name + "\n")
		}
	}
	return status
}
