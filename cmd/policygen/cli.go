package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// The exit codes, whatever the output format.
const (
	exitOK      = 0 // fine, or nothing to do
	exitDrift   = 1 // findings, files that are not what the policy says, or that were left alone
	exitUsage   = 2 // the command line or the policy is wrong
	exitFailure = 3 // the work could not be done
)

// streams are the three ways in and out; nothing below main knows the process's own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// An exitError ends the command with a code. Its message is printed unless it is nil.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// usageError is a mistake on the command line.
func usageError(format string, args ...any) error {
	return exitError{exitUsage, fmt.Errorf(format, args...)}
}

// run is policygen: arguments and streams in, exit code out.
func run(args []string, s streams) int {
	root := newRootCommand(s)
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	addBuiltins(root)
	wrapArgs(root)
	cmd, err := root.ExecuteC()
	if err == nil {
		return exitOK
	}
	if unknown := commandError(root, args); unknown != nil {
		err = unknown
	}
	var exit exitError
	if !errors.As(err, &exit) {
		exit = exitError{exitFailure, err}
	}
	if policy, is := invalid(err); is {
		err = s.report(policy, formatOf(cmd))
	} else {
		err = exit.err
	}
	if err != nil {
		fmt.Fprintf(s.err, "policygen: %v\n", err)
	}
	return exit.code
}

func newRootCommand(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "policygen",
		Short: "One CUE policy for how a Python project's tests run: render it, check it, explain it",
		Long: `policygen reads one CUE policy (backends, pytest-xdist workers and their caps, dist modes, phases, limits,
version ranges, workarounds and the defects they exist for) and renders what follows from it.

It looks for policygen.cue in this folder and above, up to the folder that holds .git. Without one, render and
explain use the embedded policy and say so; check then finds only what can't be read.

Exit codes: 0 fine, 1 findings, drift, refused files or something diagnosed, 2 usage or an invalid policy, 3 the work could not be done.`,
		Example: `  policygen render                    render every target of the policy
  policygen render --check            exit 1 if a rendered file is not what the policy says
  policygen check                     hold every place that starts pytest against the policy
  policygen starts                    list these places and what each comes to
  policygen pins                      hold every pinned version against the policy
  policygen workarounds               what each workaround costs, and whether it may go
  policygen explain robin unit        every setting of one plan and the line that decided it
  policygen diagnose pytest.log       what died in a run, whose defect that is and what to do
  policygen schema                    the policy language`,
		Version:       toolVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%w (see %s --help)", err, cmd.CommandPath())
	})
	root.SetVersionTemplate("policygen {{.Version}}\n")
	root.Flags().SortFlags = false
	root.AddCommand(newRenderCommand(s), newCheckCommand(s), newStartsCommand(s), newPinsCommand(s), newWorkaroundsCommand(s), newExplainCommand(s), newDiagnoseCommand(s), newSchemaCommand(s), newVersionCommand(s))
	return root
}

// wrapArgs makes a wrong number of arguments a usage error everywhere below cmd.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError("%w (see %s --help)", err, c.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		wrapArgs(sub)
	}
}

// noArguments refuses arguments in words of its own: cobra's would call them unknown commands.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, not %q", cmd.Name(), args[0])
	}
	return nil
}
