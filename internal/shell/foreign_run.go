package shell

import (
	"strconv"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// A shell is the state of a shell or subshell of a foreign script.
type shell struct {
	o       *observer
	unit    *unit
	vars    *scope
	funcs   map[string]function
	params  []string
	places  []finding.Position // where the params were written, in a function; else nil
	dir     string
	dirs    []string // of pushd, without the current one
	opts    shellOptions
	fds     map[int]stream
	status  int
	job     string // $!
	pipe    []int  // PIPESTATUS
	subst   int    // the status of the last command substitution of a word, or -1
	traps   map[string]trap
	frames  []frame
	calling int  // calls of functions around this
	sourced int  // files being sourced around this
	loops   int  // loops around this
	tested  int  // conditions around this, in which errexit is off
	guards  int  // what around this is done only under a condition
	trapped bool // a trap is being run
	hidden  string
	current *syntax.Stmt // the current one
	failed  bool         // an assignment did not work
	ends    bool         // an expansion ended the shell
	stray   bool         // in a function that nobody called, so with unknown arguments
	getopt  int          // the place within a group of options
}

// shellOptions are what set and shopt change.
type shellOptions struct {
	errExit, pipeFail, noUnset, noGlob, allExport bool
	shopt                                         map[string]bool
}

type function struct {
	body *syntax.Stmt
	unit *unit
}

type frame struct{ name, source string }

// A trap is commands that wait for something to happen, and where the script says so.
type trap struct {
	code string
	pos  finding.Position
}

// A flow is how a statement leaves what is around it.
type flow struct {
	kind  flowKind
	count int // of loops to leave
}

type flowKind int

const (
	onward flowKind = iota
	breaks
	continues
	returns
	exits
)

// here is the place of the current statement.
func (s *shell) here() finding.Position {
	if s.current == nil {
		return s.unit.at(0)
	}
	return s.at(s.current.Pos())
}

func (s *shell) at(pos syntax.Pos) finding.Position { return s.unit.at(int(pos.Offset())) }

func (s *shell) problem(pos syntax.Pos, format string, args ...any) {
	s.o.problem(s.at(pos), format, args...)
}

// problemErr notes an assignment that failed.
func (s *shell) problemErr(err error) {
	if err != nil {
		s.failed = true
	}
}

// runScript runs the whole script and its EXIT trap.
func (s *shell) runScript() {
	s.stmts(s.unit.file.Stmts)
	s.o.depth, s.calling, s.loops = 0, 0, 0
	s.runTrap("EXIT")
}

// runTrap runs the commands of a trap; they leave $? alone.
func (s *shell) runTrap(name string) {
	t := s.traps[name]
	if t.code == "" || s.trapped {
		return
	}
	s.trapped = true
	status := s.status
	if f := s.evalText(t.code, t.pos); f.kind != exits {
		s.status = status
	}
	s.trapped = false
}

// stmts runs a list of statements. What stands behind one that leaves the list waits to be looked at.
func (s *shell) stmts(stmts []*syntax.Stmt) flow {
	outer := s.hidden
	defer func() { s.hidden = outer }()
	for i, st := range stmts {
		s.hidden = outer
		if i+1 < len(stmts) && outer == "" {
			s.hidden = s.goesOn(st, stmts[i+1:])
		}
		f := s.stmt(st)
		if f.kind != onward || s.o.stop != nil {
			s.o.later(s, stmts[i+1:])
			return s.stopped(f)
		}
	}
	return flow{}
}

// stopped is a flow, or exits once the run has to end.
func (s *shell) stopped(f flow) flow {
	if s.o.stop != nil {
		return flow{kind: exits}
	}
	return f
}

func (s *shell) stmt(st *syntax.Stmt) flow {
	if !s.o.tick(s, 1) {
		s.o.later(s, []*syntax.Stmt{st})
		return flow{kind: exits}
	}
	s.o.reached[st] = true
	s.current = st
	if st.Background || st.Coprocess || st.Disown {
		return s.background(st)
	}
	f := s.foreground(st)
	if s.ends {
		s.ends = false
		return flow{kind: exits}
	}
	if f.kind != onward {
		return f
	}
	return s.afterwards(st)
}

// afterwards turns the status of a statement around, or lets the shell end with it.
func (s *shell) afterwards(st *syntax.Stmt) flow {
	if st.Negated {
		s.status = isZero(s.status)
		return flow{}
	}
	if b, ok := st.Cmd.(*syntax.BinaryCmd); ok && (b.Op == syntax.AndStmt || b.Op == syntax.OrStmt) {
		return flow{}
	}
	if s.status != 0 && s.tested == 0 {
		s.runTrap("ERR")
		if s.opts.errExit {
			return flow{kind: exits}
		}
	}
	return flow{}
}

func isZero(n int) int {
	if n == 0 {
		return 1
	}
	return 0
}

// background runs a statement at once, in a subshell whose status nobody sees.
func (s *shell) background(st *syntax.Stmt) flow {
	sub := s.fork()
	sub.tested++
	if s.hidden == "" && !s.unit.waits {
		sub.hidden = "in the background, and nothing waits for it by name"
	} else {
		sub.hidden = ""
	}
	sub.fds[0] = stream{in: &input{}}
	sub.foreground(st)
	s.status = 0
	s.job = s.o.unknown("$!" + strconv.Itoa(len(s.o.jobs)+1))
	s.o.jobs[s.job] = sub.status
	return flow{}
}

// foreground runs a statement with its redirections.
func (s *shell) foreground(st *syntax.Stmt) flow {
	hidden, tested := s.hidden, s.tested
	if st.Negated {
		s.tested++
	}
	defer func() { s.hidden, s.tested = hidden, tested }()
	if len(st.Redirs) == 0 {
		return s.command(st.Cmd)
	}
	old := s.fds
	s.fds = cloneStreams(old)
	for _, r := range st.Redirs {
		if !s.redirect(r) {
			s.fds, s.status = old, 1
			return flow{}
		}
	}
	if st.Cmd == nil {
		s.fds, s.status = old, 0
		return flow{}
	}
	f := s.command(st.Cmd)
	if !isBareExec(st.Cmd) {
		s.fds = old
	}
	return f
}

// isBareExec reports whether a command is exec without words, whose redirections stay.
func isBareExec(cm syntax.Command) bool {
	c, ok := cm.(*syntax.CallExpr)
	return ok && len(c.Args) == 1 && c.Args[0].Lit() == "exec"
}

func (s *shell) command(cm syntax.Command) flow {
	switch cm := cm.(type) {
	case nil:
		s.status = 0
		return flow{}
	case *syntax.CallExpr:
		return s.call(cm)
	case *syntax.Block:
		return s.stmts(cm.Stmts)
	case *syntax.Subshell:
		sub := s.fork()
		sub.stmts(cm.Stmts)
		s.status = sub.status
		return s.stopped(flow{})
	case *syntax.BinaryCmd:
		return s.binary(cm)
	case *syntax.IfClause, *syntax.WhileClause, *syntax.CaseClause:
		return s.guarded(cm)
	case *syntax.ForClause:
		return s.forClause(cm)
	case *syntax.FuncDecl:
		if cm.Name != nil {
			s.funcs[cm.Name.Value] = function{cm.Body, s.unit}
		}
		s.status = 0
		return flow{}
	}
	return s.rareCommand(cm)
}

// guarded runs a command whose parts are run only under conditions.
func (s *shell) guarded(cm syntax.Command) flow {
	s.guards++
	defer func() { s.guards-- }()
	switch cm := cm.(type) {
	case *syntax.IfClause:
		return s.ifClause(cm)
	case *syntax.WhileClause:
		return s.while(cm)
	case *syntax.CaseClause:
		return s.caseClause(cm)
	}
	return flow{}
}

func (s *shell) rareCommand(cm syntax.Command) flow {
	switch cm := cm.(type) {
	case *syntax.ArithmCmd:
		s.status = isZero(s.arithm(cm.X))
	case *syntax.LetClause:
		n := 0
		for _, x := range cm.Exprs {
			n = s.arithm(x)
		}
		s.status = isZero(n)
	case *syntax.TestClause:
		s.status = isZero(oneIf(s.testExpr(cm.X)))
	case *syntax.DeclClause:
		s.declare(cm)
	case *syntax.TimeClause:
		s.status = 0
		if cm.Stmt != nil {
			return s.stmt(cm.Stmt)
		}
	case *syntax.CoprocClause:
		sub := s.fork()
		sub.fds[0], sub.fds[1] = stream{in: &input{unknown: true}}, stream{out: s.o.discard()}
		sub.stmt(cm.Stmt)
		s.problemErr(s.set("COPROC", variable{Variable: list(s.o.unknown("COPROC[0]"), s.o.unknown("COPROC[1]"))}))
		s.status = 0
	default:
		s.problem(cm.Pos(), "cannot simulate this construct")
		s.status = 0
	}
	return s.stopped(flow{})
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

func originsOf(words []Word) []finding.Position {
	places := make([]finding.Position, len(words))
	for i, w := range words {
		places[i] = origin(w)
	}
	return places
}

func origin(w Word) finding.Position {
	if w.Origin.IsValid() {
		return w.Origin
	}
	return w.Pos
}

var _ expand.WriteEnviron = (*shell)(nil)
