package shell

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// Bounds on an observation, so that a hostile script costs no more than an honest one that is long.
const (
	maxIterations  = 1000  // of one loop; then it is left as if it had ended
	maxCallDepth   = 100   // of functions, eval, source and substitutions within each other
	maxCommands    = 10000 // that are kept
	maxPending     = 5000  // branches that wait to be looked at
	maxOpened      = 1 << 20
	defaultSteps   = 200_000
	branchSteps    = 20_000 // of a branch that no run took
	defaultTimeout = time.Second
)

// An observer is what all shells of one observation share. Everything runs in one goroutine.
type observer struct {
	setting  Setting
	main     *unit
	out      *output
	files    map[string]*output // that the script wrote
	guarded  map[string]*output // what it writes there under a condition
	made     map[string]bool    // folders that it made, or went into without their being there
	reached  map[*syntax.Stmt]bool
	lists    map[*syntax.Stmt]bool // statements whose branch waits already
	pending  []branch
	commands []Command
	seen     map[string]bool
	problems []Problem
	certain  bool
	broken   bool           // the script does not parse
	jobs     map[string]int // the statuses of what ran in the background, by $!
	held     int            // bytes in variables, roughly
	changes  int            // of variables, parameters and inputs
	steps    int
	limit    int
	deadline time.Time
	stop     error // why the run ends early
	depth    int
}

// Observe simulates the script: no command is run, and nothing is read but s.Files and the files that the script wrote
// itself. After the run, the statements that it did not reach are simulated from the state in which it passed them by.
func (f *Foreign) Observe(s Setting) Observation {
	o := newObserver(f.unit, s)
	if f.broken != nil {
		o.problems = append(o.problems, *f.broken)
	}
	sh := o.newShell()
	if f.broken == nil {
		o.certain = true
		o.bounded(o.stepLimit(), o.timeout(), func() { sh.runScript() })
	} else {
		o.broken = true
		o.bounded(o.stepLimit(), o.timeout(), func() { o.later(sh, f.unit.file.Stmts) })
	}
	status := sh.status
	o.certain = false
	o.cover(sh)
	o.asWritten()
	return o.observation(status)
}

func newObserver(u *unit, s Setting) *observer {
	s.Root = path.Clean("/" + strings.TrimPrefix(firstOf(s.Root, "/repo"), "/"))
	s.Dir = absolute(s.Root, firstOf(s.Dir, s.Root))
	if s.Name == "" {
		s.Name = absolute(s.Root, u.path)
	}
	if s.Files == nil {
		s.Files = noFiles{}
	}
	if s.Output == 0 {
		s.Output = 1 << 20
	}
	o := &observer{setting: s, main: u, files: map[string]*output{}, guarded: map[string]*output{}, made: map[string]bool{}}
	o.jobs = map[string]int{}
	o.reached, o.lists, o.seen = map[*syntax.Stmt]bool{}, map[*syntax.Stmt]bool{}, map[string]bool{}
	o.out = &output{limit: s.Output}
	return o
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (o *observer) stepLimit() int {
	if o.setting.Steps > 0 {
		return o.setting.Steps
	}
	return defaultSteps
}

func (o *observer) timeout() time.Duration {
	if o.setting.Time > 0 {
		return o.setting.Time
	}
	return defaultTimeout
}

// unknown is the text for a value that nobody knows.
func (o *observer) unknown(name string) string {
	if o.setting.Unknown != nil {
		return o.setting.Unknown(name)
	}
	return "\ue000" + name + "\ue001"
}

// isUnknown reports whether a text depends on an unknown value.
func isUnknown(text string) bool { return strings.ContainsFunc(text, isMark) }

// isMark reports whether a rune is of private use, as those around the name of an unknown value are.
func isMark(r rune) bool { return r >= 0xe000 && r <= 0xf8ff || r >= 0xf0000 && r != utf8.MaxRune }

// bounded runs f with so many steps and so much time.
func (o *observer) bounded(steps int, limit time.Duration, f func()) {
	o.stop, o.steps, o.limit, o.depth = nil, 0, steps, 0
	o.deadline = time.Now().Add(limit)
	defer func() {
		// The expander panics on what it does not know; the script is not to take the process down.
		if r := recover(); r != nil {
			o.problem(o.main.at(0), "cannot simulate the script to its end: %v", r)
		}
	}()
	f()
}

// tick counts steps and reports whether the run may go on.
func (o *observer) tick(s *shell, n int) bool {
	if o.stop != nil {
		return false
	}
	before := o.steps
	o.steps += n
	switch {
	case o.steps > o.limit:
		o.stopf(s.here(), "the script does not end within %d steps; what comes after is only looked at as it stands", o.limit)
	case o.steps/64 != before/64 && time.Now().After(o.deadline):
		o.stopf(s.here(), "the script does not end in time; what comes after is only looked at as it stands")
	}
	return o.stop == nil
}

// stopf ends the run.
func (o *observer) stopf(pos finding.Position, format string, args ...any) {
	if o.stop == nil {
		o.stop = fmt.Errorf(format, args...)
		o.problem(pos, "%s", o.stop)
	}
}

func (o *observer) problem(pos finding.Position, format string, args ...any) {
	if len(o.problems) < maxCommands {
		o.problems = append(o.problems, Problem{pos, fmt.Sprintf(format, args...)})
	}
}

// record keeps a command, once for each way it is started, and asks what it does.
func (o *observer) record(c Command) Result {
	if key := c.key(); !o.seen[key] && len(o.commands) < maxCommands {
		o.seen[key] = true
		o.commands = append(o.commands, c)
		o.changes++
	}
	if o.setting.Start == nil {
		return Result{}
	}
	return o.setting.Start(c)
}

// observation is what was seen: of commands that only branches reached, those whose place no run reached.
func (o *observer) observation(status int) Observation {
	certain := map[finding.Position]bool{}
	for _, c := range o.commands {
		if c.Certain {
			certain[c.Pos] = true
		}
	}
	out := Observation{Status: status, Stdout: o.out.text.String(), Written: texts(o.files), Guarded: texts(o.guarded), Problems: sortProblems(o.problems)}
	for _, c := range o.commands {
		if c.Certain || !certain[c.Pos] {
			out.Commands = append(out.Commands, c)
		}
	}
	sortCommands(out.Commands)
	return out
}

// newShell is the shell that the script starts in.
func (o *observer) newShell() *shell {
	s := &shell{o: o, unit: o.main, dir: o.setting.Dir, params: o.setting.Args, funcs: map[string]function{}, traps: map[string]trap{}}
	s.vars = &scope{vars: map[string]variable{}}
	for name, value := range o.setting.Env {
		v := text(value)
		v.Exported = true
		s.vars.vars[name] = variable{Variable: v}
	}
	for name, value := range map[string]string{"IFS": " \t\n", "OPTIND": "1", "PWD": s.dir, "OPTERR": "1"} {
		v := text(value)
		v.Exported = name == "PWD"
		s.vars.vars[name] = variable{Variable: v}
	}
	if _, ok := s.vars.vars["HOME"]; !ok {
		s.vars.vars["HOME"] = variable{Variable: text(o.unknown("HOME"))}
	}
	s.opts = shellOptions{errExit: o.setting.ErrExit, pipeFail: o.setting.PipeFail, noUnset: o.setting.NoUnset, shopt: map[string]bool{}}
	s.fds = map[int]stream{0: {in: &input{unknown: true}}, 1: {out: o.out}, 2: {out: o.discard()}}
	s.frames = []frame{{"main", o.setting.Name}}
	return s
}

func (o *observer) discard() *output { return &output{null: true} }

// fork is a copy of a shell that changes nothing of it.
func (s *shell) fork() *shell {
	sub := *s
	sub.vars = s.vars.clone()
	sub.funcs = maps.Clone(s.funcs)
	sub.fds = maps.Clone(s.fds)
	sub.opts.shopt = maps.Clone(s.opts.shopt)
	sub.traps = map[string]trap{}
	sub.params = append([]string{}, s.params...)
	sub.frames = append([]frame{}, s.frames...)
	sub.dirs = append([]string{}, s.dirs...)
	return &sub
}
