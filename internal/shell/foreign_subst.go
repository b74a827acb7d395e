package shell

import (
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// substitute runs the commands of $( ) and writes what they print.
func (s *shell) substitute(w io.Writer, cs *syntax.CmdSubst) {
	out, status := s.capture(cs.Stmts, s.hidden)
	s.subst = status
	io.WriteString(w, out)
}

// capture runs statements in a subshell and returns what they print.
func (s *shell) capture(stmts []*syntax.Stmt, hidden string) (string, int) {
	if len(stmts) == 1 && stmts[0].Cmd == nil && len(stmts[0].Redirs) == 1 && stmts[0].Redirs[0].Op == syntax.RdrIn {
		text, _ := s.o.read(absolute(s.dir, s.literal(stmts[0].Redirs[0].Word)))
		return text, 0
	}
	if !s.deeper() {
		return "", 1
	}
	sub := s.fork()
	out := &output{limit: s.o.setting.Output}
	sub.fds[1] = stream{out: out}
	sub.hidden = hidden
	sub.tested = s.tested
	if !s.opts.shopt["inherit_errexit"] {
		sub.opts.errExit = false
	}
	sub.stmts(stmts)
	s.o.depth--
	return strings.ReplaceAll(out.text.String(), "\x00", ""), sub.status
}

// processFile runs the commands of <( ) or >( ) and names a file with what they print.
func (s *shell) processFile(ps *syntax.ProcSubst) string {
	name := "/dev/fd/" + strconv.Itoa(63-len(s.o.files)%40)
	out, _ := s.capture(ps.Stmts, "a process substitution")
	file := &output{limit: s.o.setting.Output}
	if ps.Op == syntax.CmdIn {
		file.WriteString(out)
	} else {
		file.null = true
	}
	s.o.files[name] = file
	return name
}
