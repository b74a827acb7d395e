package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/interp"
)

// Bounds on what the commands and variables of a run hold, in bytes. Linux takes no longer argument
// (MAX_ARG_STRLEN in include/uapi/linux/binfmts.h) and, with the usual stack, no more of them (execve(2)).
const (
	maxValue     = 128<<10 - 1
	maxArguments = 2 << 20
)

// withinBounds refuses commands that no process could be started with, and more output than there may be.
func (s *simulation) withinBounds(hc interp.HandlerContext, args []string) error {
	if s.stdout.full || s.stderr.full {
		return fmt.Errorf("the script writes more than %d bytes", s.world.Output)
	}
	if sub, ok := hc.Stdout.(interface{ Len() int }); ok && sub.Len() > s.world.Output {
		return fmt.Errorf("a command substitution holds more than %d bytes", s.world.Output)
	}
	total := 0
	for _, arg := range args {
		if len(arg) > maxValue {
			return fmt.Errorf("a word of %d bytes is longer than any argument may be", len(arg))
		}
		total += len(arg) + 16 // and a pointer for each
	}
	if total > maxArguments {
		return fmt.Errorf("%d words take more than the %d bytes there are for arguments", len(args), maxArguments)
	}
	return nil
}

// exec records a command that is neither a builtin nor a function.
func (s *simulation) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	if args[0] == guardCommand {
		return s.watch(hc)
	}
	replaces := s.replacing
	s.replacing = false
	switch code := s.found(hc.Dir, args[0], true); code {
	case 126:
		fmt.Fprintf(hc.Stderr, "%s: %s: permission denied\n", s.world.Name, args[0])
		return interp.ExitStatus(code)
	case 127:
		fmt.Fprintf(hc.Stderr, "%s: %s: not found\n", s.world.Name, args[0])
		return interp.ExitStatus(code)
	}
	s.execs = append(s.execs, Exec{slices.Clone(args), exportedBy(hc), s.script.position(hc.Pos), replaces})
	return nil
}

// found returns 0, or the status with which a shell fails to start a command: 127 or 126. A path that the world says
// nothing of is there for a command to be started, but not for a question.
func (s *simulation) found(dir, name string, start bool) uint8 {
	if !strings.Contains(name, "/") {
		if slices.Contains(s.world.Commands, name) {
			return 0
		}
		return 127
	}
	switch kind, ok := s.kind(dir, name); {
	case ok && (kind == Regular || kind == Directory):
		return 126
	case !ok && !start:
		return 127
	}
	return 0
}

func exportedBy(hc interp.HandlerContext) map[string]string {
	env := map[string]string{}
	// A variable that was changed or unset comes again, later, as what it is now.
	for name, v := range hc.Env.Each {
		if v.IsSet() && v.Exported && name != "PWD" && name != "OLDPWD" {
			env[name] = v.String()
		} else {
			delete(env, name)
		}
	}
	return env
}

// watch is the guard before a statement: it leaves $? alone and refuses what would outgrow the memory or be matched wrongly.
func (s *simulation) watch(hc interp.HandlerContext) error {
	g := s.script.guards[hc.Pos]
	size := 0
	for _, name := range g.grows {
		size += len(hc.Env.Get(name).String())
	}
	if size > maxValue {
		return s.deny(hc.Pos, "the variables joined here have more than %d bytes", maxValue)
	}
	for _, name := range g.patterns {
		if value := hc.Env.Get(name).String(); strings.ContainsAny(value, `*?[\`) {
			return s.deny(hc.Pos, "$%s is %.40q, whose quotes the interpreter would overlook in this pattern", name, value)
		}
	}
	for _, name := range g.cases {
		if value := hc.Env.Get(name).String(); operator.MatchString(value) {
			return s.deny(hc.Pos, "$%s is %.40q, which the interpreter would take for an operator even in quotes", name, value)
		}
	}
	if hc.LastExitStatus != 0 {
		return interp.ExitStatus(uint8(hc.LastExitStatus))
	}
	return nil
}
