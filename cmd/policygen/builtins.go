package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// addBuiltins gives the root the commands that cobra brings, help and completion. Left to themselves these answer a mistyped word with
// their own help and exit code 0.
func addBuiltins(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error { return checkCommands(root, args) }
		case "completion":
			cmd.Args = checkCommands
			cmd.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

// checkCommands finds the first word that is no command below those before it.
func checkCommands(cmd *cobra.Command, words []string) error {
	for _, word := range words {
		next := subcommand(cmd, word)
		if next == nil {
			return unknownCommand(cmd, word)
		}
		cmd = next
	}
	return nil
}

func subcommand(cmd *cobra.Command, name string) *cobra.Command {
	for _, sub := range cmd.Commands() {
		if sub.Name() == name || sub.HasAlias(name) {
			return sub
		}
	}
	return nil
}

// unknownCommand says which command was most likely meant, or which there are.
func unknownCommand(cmd *cobra.Command, word string) error {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %q?", word, near[0])
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if names == nil {
		return fmt.Errorf("%s has no commands, and so no %q", cmd.CommandPath(), word)
	}
	return fmt.Errorf("unknown command %q; %s has %s", word, cmd.CommandPath(), strings.Join(names, ", "))
}

// commandError returns the usage error of a command line that names no command of the root's, nil for any other.
func commandError(root *cobra.Command, args []string) error {
	if _, _, err := root.Find(args); err == nil {
		return nil
	}
	for _, word := range args {
		if !strings.HasPrefix(word, "-") {
			return usageError("%w (see policygen --help)", unknownCommand(root, word))
		}
	}
	return nil
}
