package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"policygen/policy"
)

// lineArgument is an argument of explain that names a line of a rendered file; a column, as messages have it, is passed over.
var lineArgument = regexp.MustCompile(`^(.+?):([0-9]+)(?::[0-9]+)?$`)

// explainArgs refuses numbers of arguments that explain has no use for.
func explainArgs(_ *cobra.Command, args []string) error {
	switch {
	case len(args) > 2:
		return fmt.Errorf("explain takes a backend and a phase, or a line of a file, not %d arguments", len(args))
	case len(args) == 2 && lineArgument.MatchString(args[0]):
		return fmt.Errorf("explain takes nothing beside the line %s", args[0])
	case len(args) == 2 && codeWord.MatchString(args[0]):
		return fmt.Errorf("explain takes nothing beside the code %s", args[0])
	}
	return nil
}

// parseLineArgument takes an argument apart that names a line of a file.
func parseLineArgument(arg string) (file string, line int, ok bool) {
	m := lineArgument.FindStringSubmatch(arg)
	if m == nil {
		return "", 0, false
	}
	line, err := strconv.Atoi(m[2])
	return filepath.FromSlash(m[1]), line, err == nil
}

// unknownBackend says what is wrong with a word that is no backend, by what else it may be.
func unknownBackend(l loadedPolicy, word string, backends []string) error {
	file := strings.TrimSuffix(word, ":")
	if isFile(l, file) {
		return usageError("%q is a file; explain takes a line of it, such as %s:1", file, file)
	}
	return usageError("unknown backend %q; the policy has %s (a line of a rendered file is FILE:LINE)", word, strings.Join(backends, ", "))
}

// isFile reports whether a word names what a target renders, or anything on the disk, or can be nothing but a path.
func isFile(l loadedPolicy, word string) bool {
	if _, err := os.Stat(word); err == nil {
		return true
	}
	word = filepath.ToSlash(word)
	return strings.Contains(word, "/") || slices.ContainsFunc(l.Policy.Targets, func(t policy.Target) bool {
		return t.Path == path.Clean(word)
	})
}
