package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

func (s *shell) special(name string) (expand.Variable, bool) {
	switch name {
	case "#":
		if s.stray {
			return text(s.o.unknown("$#")), true
		}
		return text(strconv.Itoa(len(s.params))), true
	case "@", "*":
		if s.stray {
			return list(s.o.unknown("$@")), true
		}
		return list(append([]string{}, s.params...)...), true
	case "?":
		return text(strconv.Itoa(s.status)), true
	case "-":
		return text(s.flags()), true
	case "$":
		return text(s.o.unknown("$$")), true
	case "!":
		return text(s.job), true
	case "0":
		return text(s.o.setting.Name), true
	case "PIPESTATUS":
		items := make([]string, len(s.pipe))
		for i, n := range s.pipe {
			items[i] = strconv.Itoa(n)
		}
		return list(items...), true
	case "BASH_SOURCE":
		return list(s.frameSources()...), true
	case "FUNCNAME":
		return list(s.frameNames()...), true
	}
	if strings.HasPrefix(name, heldList) {
		return list(heldItems(name)...), true
	}
	if held, ok := strings.CutPrefix(name, heldMark); ok {
		return text(held), true
	}
	if strings.HasPrefix(name, "HOME ") { // the expander asks so for the home of another user
		return text(s.o.unknown("~" + name[len("HOME "):])), true
	}
	if n, err := strconv.Atoi(name); err == nil { // $0 is above
		if n > 0 && n <= len(s.params) {
			return text(s.params[n-1]), true
		}
		return expand.Variable{}, true
	}
	return expand.Variable{}, false
}

// builtinVariable is what Bash sets by itself. What differs from machine to machine is unknown.
func (s *shell) builtinVariable(name string) (expand.Variable, bool) {
	switch name {
	case "RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME", "BASHPID", "PPID", "HOSTNAME", "UID", "EUID", "GROUPS", "SHLVL":
		return text(s.o.unknown(name)), true
	case "OSTYPE":
		return text("linux-gnu"), true
	case "BASH":
		return text("/bin/bash"), true
	case "BASH_VERSION":
		return text("5.2.15(1)-release"), true
	case "BASH_VERSINFO":
		return list("5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"), true
	case "DIRSTACK":
		return list(append([]string{s.dir}, s.dirs...)...), true
	case "BASH_LINENO":
		return list("0"), true
	}
	return expand.Variable{}, false
}

func (s *shell) frameSources() []string {
	var out []string
	for _, f := range slices.Backward(s.frames) {
		out = append(out, f.source)
	}
	return out
}

func (s *shell) frameNames() []string {
	if len(s.frames) == 1 {
		return nil
	}
	var out []string
	for _, f := range slices.Backward(s.frames) {
		out = append(out, f.name)
	}
	return out
}

func (s *shell) flags() string {
	flags := ""
	for _, f := range []struct { // in the order of Bash
		on   bool
		name string
	}{{s.opts.allExport, "a"}, {s.opts.errExit, "e"}, {s.opts.noGlob, "f"}, {true, "h"}, {s.opts.noUnset, "u"}, {true, "B"}} {
		if f.on {
			flags += f.name
		}
	}
	return flags
}
