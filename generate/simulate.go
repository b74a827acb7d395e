package generate

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"policygen/internal/shell"
)

// endless is when a simulation counts as one that does not end. It is long, since the machine may be busy with other things.
const endless = 30 * time.Second

// simulate runs the script for a call and returns what it did, the constant words of its exec checked and left out.
func (w *wrapper) simulate(c wrapperCall) (outcome, error) {
	world := shell.World{Name: c.Script, Args: c.Args, Env: c.Env, Commands: c.Commands, Files: map[string]shell.FileKind{}, Time: endless}
	world.Files[c.Script] = shell.Executable
	if c.Link {
		world.Files[c.Script] = shell.Symlink
	}
	for _, python := range c.Python {
		world.Files[python] = shell.Executable
	}
	ran, err := w.script.Run(world)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{Code: ran.Code, Stdout: ran.Stdout, Stderr: ran.Stderr}
	if len(ran.Execs) == 0 {
		return out, nil
	}
	if len(ran.Execs) > 1 {
		return out, fmt.Errorf("it starts %d processes", len(ran.Execs))
	}
	if !maps.Equal(ran.Execs[0].Env, c.Env) {
		return out, fmt.Errorf("it changes the environment of what it starts to %q", ran.Execs[0].Env)
	}
	argv := ran.Execs[0].Argv
	if len(argv) < 4 || argv[1] != "-I" || argv[2] != "-c" || argv[3] != runnerSource {
		return out, fmt.Errorf("what it starts is not the runner: %.80q", argv)
	}
	out.Exec = append([]string{argv[0]}, argv[4:]...)
	return out, nil
}

func scriptName(target string) string { return path.Base(target) }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
