package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// A loop counts how often it went round and whether that was still of use.
type loop struct {
	s       *shell
	count   int
	known   int // commands that were known halfway
	stmts   []*syntax.Stmt
	changes int // of the observer, when the loop last went round
	idle    int // how often it went round since without changing anything
}

// maxIdle is how often a loop may go round without changing anything. Then nothing but a command that answers otherwise
// could end it, and what waits for one, such as "until curl", tries some times.
const maxIdle = 10

// isIdle reports whether the loop goes round in vain.
func (l *loop) isIdle() bool {
	if l.count > 1 && l.changes == l.s.o.changes {
		l.idle++
	} else {
		l.idle = 0
	}
	l.changes = l.s.o.changes
	return l.idle > maxIdle
}

// most is how often the loop may go round.
func (l *loop) most() int {
	if l.s.o.certain {
		return maxIterations
	}
	return maxIterations / 10
}

// body runs the statements of a loop once and reports whether the loop ends, and how.
func (l *loop) body() (bool, flow) {
	l.count++
	if l.count == l.most()/2 {
		l.known = len(l.s.o.commands)
	}
	if l.count > l.most() || l.isIdle() {
		if len(l.s.o.commands) > l.known && l.count > l.most() {
			l.s.o.problem(l.s.here(), "the loop goes round more than %d times; only so many are simulated", l.most())
		}
		l.s.status = 0
		return true, flow{}
	}
	hidden := l.s.hidden
	if hidden == "" && !l.s.stopsOnError() && l.count >= 1 && len(l.stmts) > 0 && !l.s.unit.looksAtStatus(l.stmts[len(l.stmts)-1]) {
		l.s.hidden = "a loop goes on after it"
	}
	l.s.loops++
	f := l.s.stmts(l.stmts)
	l.s.loops--
	l.s.hidden = hidden
	switch f.kind {
	case onward:
		return false, flow{}
	case breaks, continues:
		if f.count > 1 {
			return true, flow{f.kind, f.count - 1}
		}
		return f.kind == breaks, flow{}
	}
	return true, f
}

func (s *shell) while(cm *syntax.WhileClause) flow {
	l := loop{s: s, stmts: cm.Do}
	status := 0
	for {
		if f := s.condition(cm.Cond, ""); f.kind != onward {
			s.o.later(s, cm.Do)
			if f.kind == breaks || f.kind == continues {
				return flow{}
			}
			return f
		}
		if (s.status == 0) == cm.Until {
			break
		}
		s.status = 0
		end, f := l.body()
		status = s.status
		if end {
			return s.stopped(f)
		}
	}
	if l.count == 0 {
		s.o.later(s, cm.Do)
	}
	s.status = status
	return flow{}
}

func (s *shell) forClause(cm *syntax.ForClause) flow {
	l := loop{s: s, stmts: cm.Do}
	switch y := cm.Loop.(type) {
	case *syntax.WordIter:
		return s.forWords(cm, y, &l)
	case *syntax.CStyleLoop:
		if y.Init != nil {
			s.arithm(y.Init)
		}
		for y.Cond == nil || s.arithm(y.Cond) != 0 {
			if end, f := l.body(); end {
				return s.stopped(f)
			}
			if y.Post != nil {
				s.arithm(y.Post)
			}
			if !s.o.tick(s, 1) {
				break
			}
		}
	}
	if l.count == 0 {
		s.o.later(s, cm.Do)
	}
	return s.stopped(flow{})
}

func (s *shell) forWords(cm *syntax.ForClause, y *syntax.WordIter, l *loop) flow {
	var items []Word
	if y.InPos.IsValid() {
		items = s.words(y.Items)
	} else {
		for _, p := range s.params {
			items = append(items, Word{Text: p, Pos: s.at(y.Name.Pos())})
		}
	}
	if s.ends {
		s.o.later(s, cm.Do)
		return flow{}
	}
	if cm.Select {
		items = s.selected(items, y.Name.Value)
	}
	s.status = 0
	for _, item := range items {
		v := variable{Variable: text(item.Text)}
		if item.Pos.IsValid() {
			v.origins = []finding.Position{origin(item)}
		}
		if s.problemErr(s.set(s.target(y.Name.Value), v)); s.o.stop != nil {
			break
		}
		if end, f := l.body(); end {
			return s.stopped(f)
		}
	}
	if l.count == 0 {
		s.setText(y.Name.Value, s.o.unknown(y.Name.Value))
		s.o.later(s, cm.Do)
	}
	return s.stopped(flow{})
}

// selected are the items that the input chooses, or one unknown item.
func (s *shell) selected(items []Word, name string) []Word {
	in := s.stdin()
	if in.unknown {
		s.setText("REPLY", s.o.unknown("REPLY"))
		return []Word{{Text: s.o.unknown(name)}}
	}
	var chosen []Word
	for in.text != "" && len(chosen) < maxIterations {
		line, _ := in.take("\n")
		s.setText("REPLY", line)
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil || n < 1 || n > len(items) {
			chosen = append(chosen, Word{})
			continue
		}
		chosen = append(chosen, items[n-1])
	}
	return chosen
}
