package shell

import (
	"slices"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// call runs a simple command.
func (s *shell) call(c *syntax.CallExpr) flow {
	s.subst = -1
	hidden := s.hidden
	if s.hidden == "" && len(c.Args) > 0 {
		s.hidden = "inside the arguments of another command"
	}
	words := s.words(c.Args)
	s.hidden = hidden
	if s.ends || s.o.stop != nil {
		return flow{kind: exits}
	}
	if len(words) == 0 {
		s.failed = false
		for _, as := range c.Assigns {
			s.assign(as)
		}
		if s.ends {
			return s.ended()
		}
		s.status = max(oneIf(s.failed), s.subst, 0)
		return flow{}
	}
	if len(c.Assigns) > 0 {
		return s.callWith(c.Assigns, words)
	}
	return s.start(words)
}

// ended is the flow after an expansion that may have ended the shell.
func (s *shell) ended() flow {
	if s.ends || s.o.stop != nil {
		return flow{kind: exits}
	}
	return flow{}
}

// callWith runs a command with assignments that are in force, and exported, for it alone.
func (s *shell) callWith(assigns []*syntax.Assign, words []Word) flow {
	type saved struct {
		name string
		v    variable
		ok   bool
	}
	var old []saved
	for _, as := range assigns {
		name := as.Name.Value
		v, ok := s.lookup(name)
		old = append(old, saved{name, v, ok})
		s.assign(as)
		if v, ok := s.lookup(name); ok {
			v.Exported = true
			s.problemErr(s.set(name, v))
		}
	}
	f := s.ended()
	if f.kind == onward {
		f = s.start(words)
	}
	for _, o := range slices.Backward(old) {
		if sc := s.vars.find(o.name); sc != nil {
			if delete(sc.vars, o.name); o.ok {
				sc.vars[o.name] = o.v
			}
		}
	}
	return f
}

// start runs a function, a builtin or a command of another program.
func (s *shell) start(words []Word) flow {
	name := words[0].Text
	if fn, ok := s.funcs[name]; ok {
		return s.callFunction(name, fn, words[1:])
	}
	return s.startNoFunction(words)
}

func (s *shell) startNoFunction(words []Word) flow {
	name := words[0].Text
	if run := control(name); run != nil {
		return run(s, words)
	}
	if run := builtin(name); run != nil {
		s.status = run(s, textsOf(words[1:]))
		return s.ended()
	}
	s.external(words)
	return s.stopped(flow{})
}

func textsOf(words []Word) []string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return texts
}

// external records a command of another program and does what it is taken to do.
func (s *shell) external(words []Word) {
	c := Command{Argv: words, Env: s.exportedNow(), Dir: s.dir, Pos: words[0].Pos, Hidden: s.hidden, Certain: s.o.certain}
	s.o.tick(s, 1+len(c.Env)/8)
	in := s.stdin()
	if !in.unknown && len(in.text) <= maxValue {
		c.Stdin = in.text
	}
	result := s.o.record(c)
	switch {
	case result.Known:
		s.status = result.Status
		s.print(result.Stdout)
	default:
		s.status = s.tool(textsOf(words))
	}
}

// isCommandName reports whether a name is a function, builtin or keyword.
func (s *shell) isCommandName(name string) bool {
	_, isFunc := s.funcs[name]
	return isFunc || isBuiltin(name) || syntax.IsKeyword(name)
}

func isBuiltin(name string) bool {
	return control(name) != nil || builtin(name) != nil || interp.IsBuiltin(name)
}
