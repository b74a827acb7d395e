package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// A World is all that a simulated script can see. The working directory is /.
type World struct {
	Name     string // $0
	Args     []string
	Env      map[string]string   // the whole environment
	Files    map[string]FileKind // what exists, by absolute path or by path from the working directory
	Commands []string            // what is found on PATH

	// Bounds on a run; the zero values stand for one second and one mebibyte.
	Time   time.Duration
	Output int // bytes on each of stdout and stderr, and of each command substitution
}

// An Exec is a command that a simulated script would have started.
type Exec struct {
	Argv     []string
	Env      map[string]string // the exported variables, without PWD and OLDPWD, which some shells export and some don't
	Pos      finding.Position  // File is the script's name
	Replaces bool              // by the builtin exec, in place of the shell or subshell
}

// An Outcome is what a simulated script did.
type Outcome struct {
	Code           int
	Stdout, Stderr string
	Execs          []Exec // in the order they would have been started
}

// maxSteps bounds a run, since a slow machine must not decide what can be simulated. The interpreter looks at its context
// about twice for each command; a wrapper takes some thousand steps.
const maxSteps = 1 << 18

// Run simulates the script in a world. A command of the world's Commands, or one given by path unless the world has a
// [Regular] file or a [Directory] there, is recorded and counts as started, with exit status 0 and no output; where it was
// started by exec, that ends the script. Any other command has status 127, or 126 where the path can't be executed.
//
// An error means that the script could not be simulated to its end, and says where in the script; the Outcome then is
// what happened before.
func (s *Script) Run(w World) (out Outcome, err error) {
	limit := w.Time
	if limit == 0 {
		limit = time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	sim := newSimulation(s, w)
	defer func() {
		// The interpreter panics on what it does not know; the script is not to take the process down.
		if r := recover(); r != nil {
			out, err = sim.outcome(), fmt.Errorf("%s: the interpreter broke down: %v", s.position(sim.last), r)
		}
	}()
	err = sim.run(ctx)
	out = sim.outcome()
	var status interp.ExitStatus
	switch {
	case sim.denied != nil:
		return out, sim.denied
	case ctx.Err() != nil:
		return out, fmt.Errorf("%s: the script did not end within %v", s.position(sim.last), limit)
	case sim.steps.Load() > maxSteps:
		return out, fmt.Errorf("%s: the script did not end within %d steps", s.position(sim.last), maxSteps)
	case errors.As(err, &status):
		out.Code = int(status)
	case err != nil:
		return out, fmt.Errorf("%s: %w", s.position(sim.last), err)
	}
	return out, nil
}

// A simulation is the state of one run. All of it happens in one goroutine, since a script with pipes or commands in the
// background does not parse.
type simulation struct {
	script         *Script
	world          World
	files          map[string]FileKind // World.Files by clean absolute path
	stdout, stderr *bounded
	execs          []Exec
	replacing      bool       // the command about to be started was given to exec
	last           syntax.Pos // of the last command
	steps          atomic.Int64
	denied         error // the first thing that can't be simulated
}

func newSimulation(s *Script, w World) *simulation {
	if w.Output == 0 {
		w.Output = 1 << 20
	}
	sim := &simulation{script: s, world: w, stdout: &bounded{limit: w.Output}, stderr: &bounded{limit: w.Output}}
	sim.files = make(map[string]FileKind, len(w.Files))
	for name, kind := range w.Files {
		sim.files[absolute("/", name)] = kind
	}
	return sim
}

func (s *simulation) run(ctx context.Context) error {
	env := &environment{vars: s.world.Env}
	runner, err := interp.New(
		interp.StdIO(nil, s.stdout, s.stderr),
		interp.Env(env),
		func(r *interp.Runner) error { r.Dir = "/"; return nil }, // interp.Dir would look at the disk
		interp.Params(append([]string{"--"}, s.world.Args...)...),
		interp.CallHandler(s.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(s.open),
		interp.StatHandler(s.stat),
		interp.AccessHandler(s.access),
		interp.ReadDirHandler2(func(context.Context, string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }),
	)
	if err != nil {
		return err
	}
	runner.Reset()
	env.started = true
	file := *s.script.file
	file.Name = s.world.Name // the interpreter's $0
	return runner.Run(watched{ctx, s}, &file)
}

func (s *simulation) outcome() Outcome {
	return Outcome{Stdout: s.stdout.String(), Stderr: s.stderr.String(), Execs: s.execs}
}

// deny ends the run with an error.
func (s *simulation) deny(pos syntax.Pos, format string, args ...any) error {
	if s.denied == nil {
		s.denied = s.script.refuse(pos, format, args...)
	}
	return s.denied
}

// watched is a context that also ends with the steps of a simulation or with what it denies: the interpreter takes an
// error in a command substitution for a message and goes on.
type watched struct {
	context.Context
	sim *simulation
}

// Err counts a step; the interpreter asks before each command.
func (w watched) Err() error {
	if w.sim.denied != nil {
		return w.sim.denied
	}
	if w.sim.steps.Add(1) > maxSteps {
		return context.DeadlineExceeded
	}
	return w.Context.Err()
}

// open lets a script throw output away and read nothing; Parse refuses all other files, with their place.
func (s *simulation) open(_ context.Context, name string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	if name != os.DevNull {
		return nil, s.deny(s.last, "the script opens %q, which is not simulated", name)
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		return null{}, nil
	}
	// The interpreter needs an *os.File to read from; a pipe that nobody writes to is always at its end.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return r, w.Close()
}

// null is /dev/null for writing.
type null struct{}

func (null) Read([]byte) (int, error)    { return 0, io.EOF }
func (null) Write(p []byte) (int, error) { return len(p), nil }
func (null) Close() error                { return nil }

// bounded keeps what is written to it up to a limit and notes when there was more.
type bounded struct {
	text  strings.Builder // not embedded: its WriteString would pass by the limit
	limit int
	full  bool
}

func (b *bounded) String() string { return b.text.String() }

// Write refuses what is over the limit. The trace of a guard, which is no command of the script, is dropped.
func (b *bounded) Write(p []byte) (int, error) {
	if string(p) == "+ "+guardCommand+"\n" {
		return len(p), nil
	}
	if room := b.limit - b.text.Len(); len(p) > room {
		b.full = true
		b.text.Write(p[:room])
		return room, io.ErrShortWrite
	}
	return b.text.Write(p)
}
