package shell

import (
	"policygen/internal/finding"
)

// evalText runs a text as a part of the script; everything in it stands at one place.
func (s *shell) evalText(code string, pos finding.Position) flow {
	if len(code) > maxValue {
		s.o.problem(pos, "cannot simulate: the text to evaluate has more than %d bytes", maxValue)
		return flow{}
	}
	u, err := newUnit(s.unit.path, code, func(int) finding.Position { return pos }, Bash)
	if err != nil {
		if !isUnknown(code) {
			s.o.problem(pos, "cannot evaluate the text: %s", err.Message)
		}
		s.status = 1
		s.o.later(s.within(u), u.file.Stmts)
		return flow{}
	}
	return s.runUnit(u)
}

// within is a copy of the shell in another unit.
func (s *shell) within(u *unit) *shell {
	sub := s.fork()
	sub.unit, sub.current = u, nil
	return sub
}

// runUnit runs the statements of another unit in this shell.
func (s *shell) runUnit(u *unit) flow {
	if !s.deeper() {
		return flow{kind: exits}
	}
	oldUnit, oldStmt := s.unit, s.current
	s.unit = u
	if len(u.file.Stmts) == 0 {
		s.status = 0
	}
	f := s.stmts(u.file.Stmts)
	s.unit, s.current = oldUnit, oldStmt
	s.o.depth--
	return f
}

// deeper counts how deep calls and substitutions nest, since the stack is that of the process.
func (s *shell) deeper() bool {
	if s.o.depth >= maxCallDepth {
		s.o.stopf(s.here(), "calls nest more than %d deep, which is not simulated", maxCallDepth)
		return false
	}
	s.o.depth++
	return true
}

func (s *shell) callFunction(name string, fn function, args []Word) flow {
	if !s.deeper() {
		return flow{kind: exits}
	}
	params, places, stray, oldUnit, oldStmt, loops, getopt := s.params, s.places, s.stray, s.unit, s.current, s.loops, s.getopt
	s.params, s.places, s.stray, s.unit, s.loops = textsOf(args), originsOf(args), false, fn.unit, 0
	s.vars = &scope{map[string]variable{}, s.vars}
	s.frames = append(s.frames, frame{name, fn.unit.shownPath(s)})
	s.calling++
	f := s.stmt(fn.body)
	s.calling--
	s.frames = s.frames[:len(s.frames)-1]
	s.vars = s.vars.parent
	s.params, s.places, s.stray, s.unit, s.current, s.loops, s.getopt = params, places, stray, oldUnit, oldStmt, loops, getopt
	s.o.depth--
	if f.kind == returns {
		return flow{}
	}
	return f
}

// shownPath is the path of a unit as the script sees it.
func (u *unit) shownPath(s *shell) string {
	if u == s.o.main {
		return s.o.setting.Name
	}
	return u.path
}
