package shell

import (
	"mvdan.cc/sh/v3/syntax"
)

func (s *shell) binary(cm *syntax.BinaryCmd) flow {
	if cm.Op != syntax.AndStmt && cm.Op != syntax.OrStmt {
		return s.pipeline(cm)
	}
	hidden := s.hidden
	if cm.Op == syntax.OrStmt {
		s.hidden = swallows(cm.Y, hidden)
	}
	s.tested++
	f := s.stmt(cm.X)
	s.tested--
	s.hidden = hidden
	if f.kind != onward {
		s.o.later(s, []*syntax.Stmt{cm.Y})
		return f
	}
	if (s.status == 0) != (cm.Op == syntax.AndStmt) {
		s.o.later(s, []*syntax.Stmt{cm.Y})
		return flow{}
	}
	s.guards++
	defer func() { s.guards-- }()
	return s.stmt(cm.Y)
}

// pipeline runs the parts of a pipeline one after the other, each in a subshell.
func (s *shell) pipeline(cm *syntax.BinaryCmd) flow {
	parts, all := flatten(cm)
	var in *input
	hidden := s.hidden
	statuses := make([]int, len(parts))
	for i, part := range parts {
		sub := s.fork()
		sub.tested++
		if in != nil {
			sub.fds[0] = stream{in: in}
		}
		var out *output
		if i < len(parts)-1 {
			out = &output{limit: s.o.setting.Output}
			sub.fds[1] = stream{out: out}
			if all[i] {
				sub.fds[2] = stream{out: out}
			}
			if hidden == "" && !s.opts.pipeFail && !s.unit.pipes {
				sub.hidden = "a pipe without pipefail"
			}
		}
		sub.stmt(part)
		statuses[i] = sub.status
		if out != nil {
			in = &input{text: out.text.String()}
		}
	}
	s.pipe = statuses
	s.status = statuses[len(statuses)-1]
	if s.opts.pipeFail {
		for _, n := range statuses {
			if n != 0 {
				s.status = n
			}
		}
	}
	return s.stopped(flow{})
}

// flatten are the parts of a pipeline, and which of them also pipe what they write to stderr.
func flatten(cm *syntax.BinaryCmd) (parts []*syntax.Stmt, all []bool) {
	if b, ok := cm.X.Cmd.(*syntax.BinaryCmd); ok && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll) && len(cm.X.Redirs) == 0 && !cm.X.Negated {
		parts, all = flatten(b)
	} else {
		parts = []*syntax.Stmt{cm.X}
	}
	return append(parts, cm.Y), append(all, cm.Op == syntax.PipeAll)
}

func (s *shell) condition(stmts []*syntax.Stmt, hidden string) flow {
	old := s.hidden
	s.hidden = hidden
	s.tested++
	f := s.stmts(stmts)
	s.tested--
	s.hidden = old
	return f
}

func (s *shell) ifClause(cm *syntax.IfClause) flow {
	if len(cm.Cond) > 0 {
		if f := s.condition(cm.Cond, s.onlyPrints(cm)); f.kind != onward {
			s.o.later(s, cm.Then)
			s.skip(cm.Else)
			return f
		}
		if s.status != 0 {
			s.o.later(s, cm.Then)
			s.status = 0
			if cm.Else != nil {
				return s.ifClause(cm.Else)
			}
			return flow{}
		}
	}
	s.skip(cm.Else)
	return s.stmts(cm.Then)
}

// skip lets the other branches of an if wait.
func (s *shell) skip(cm *syntax.IfClause) {
	for ; cm != nil; cm = cm.Else {
		s.o.later(s, cm.Cond)
		s.o.later(s, cm.Then)
	}
}

func (s *shell) caseClause(cm *syntax.CaseClause) flow {
	word := s.literal(cm.Word)
	s.status = 0
	done, through := false, false
	for _, item := range cm.Items {
		if done || !through && !s.matchesAny(item.Patterns, word) {
			s.o.later(s, item.Stmts)
			continue
		}
		if f := s.stmts(item.Stmts); f.kind != onward {
			s.skipItems(cm)
			return f
		}
		through = item.Op == syntax.Fallthrough
		done = item.Op == syntax.Break
	}
	return s.stopped(flow{})
}

func (s *shell) skipItems(cm *syntax.CaseClause) {
	for _, item := range cm.Items {
		s.o.later(s, item.Stmts)
	}
}

func (s *shell) matchesAny(patterns []*syntax.Word, word string) bool {
	for _, w := range patterns {
		if s.matches(s.pattern(w), word) {
			return true
		}
	}
	return false
}
