package shell

import (
	"time"

	"mvdan.cc/sh/v3/syntax"
)

// A branch is statements that a run passed by, with the state in which it did.
type branch struct {
	state *shell
	stmts []*syntax.Stmt
	calls bool // the body of a function that nobody called
}

// later keeps statements that a run passes by, for [observer.cover].
func (o *observer) later(s *shell, stmts []*syntax.Stmt) {
	for i, st := range stmts {
		if o.reached[st] || o.lists[st] {
			continue
		}
		if len(o.pending) >= maxPending {
			o.stopf(s.here(), "the script has more branches than are looked at")
			return
		}
		o.tick(s, 1+s.vars.size()/16)
		o.lists[st] = true
		o.pending = append(o.pending, branch{state: s.fork(), stmts: stmts[i:]})
		return
	}
}

// cover simulates what no run reached, until there is nothing left.
func (o *observer) cover(last *shell) {
	end := time.Now().Add(o.timeout() / 2)
	declared := false
	for {
		if len(o.pending) == 0 {
			if declared {
				return
			}
			declared = true
			o.uncalled(last)
			continue
		}
		b := o.pending[0]
		o.pending = o.pending[1:]
		left := time.Until(end)
		if left <= 0 {
			o.problem(o.main.at(0), "the branches that no run took could not all be looked at in time")
			return
		}
		o.bounded(branchSteps, left, func() { b.run() })
	}
}

// run simulates the statements of a branch that nobody reached meanwhile.
func (b branch) run() {
	s, o := b.state, b.state.o
	s.fds = map[int]stream{1: {out: s.away(1)}, 2: {out: s.away(2)}}
	if b.calls {
		s.frames = append(s.frames, frame{"", s.unit.path})
		s.params, s.places, s.stray = nil, nil, true
		s.calling++
	}
	for i, st := range b.stmts {
		if o.reached[st] {
			continue
		}
		if s.stmts(b.stmts[i:]); true {
			// What stands behind an exit or return is looked at by later.
			return
		}
	}
}

// away is where a branch that no run took writes: what a file would get by a descriptor is noted, all else is lost.
func (s *shell) away(fd int) *output {
	if out := s.fds[fd].out; out != nil && out.path != "" {
		return s.o.underCondition(out.path)
	}
	return s.o.discard()
}

// uncalled lets the functions that no run called wait to be simulated, with unknown arguments.
func (o *observer) uncalled(last *shell) {
	var bodies []*syntax.FuncDecl
	syntax.Walk(o.main.file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok && f.Body != nil {
			bodies = append(bodies, f)
		}
		return true
	})
	for _, f := range bodies {
		if o.reached[f.Body] || len(o.pending) >= maxPending {
			continue
		}
		s := last.fork()
		s.unit = o.main
		o.pending = append(o.pending, branch{state: s, stmts: []*syntax.Stmt{f.Body}, calls: true})
	}
}
