package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"policygen/generate"
	"policygen/internal/worktree"
)

// renderFlags are the flags of render.
type renderFlags struct {
	policy      policyFlags
	out         string
	check, diff bool
	overwrite   []string
	format      *format
}

func newRenderCommand(s streams) *cobra.Command {
	var f renderFlags
	cmd := &cobra.Command{
		Use:   "render",
		Short: "Render every target of the policy and write what changed",
		Long: `Render every target of the policy, prove each one, and write what is not up to date. Nothing is written unless all of it
is right. A file that somebody edited, or that was never policygen's, is left alone until --overwrite names it.

Targets are relative to the nearest folder that holds .git, else to the policy's folder; with the embedded policy, to out/.`,
		Example: `  policygen render
  policygen render --check                     exit 1 and list what is not up to date
  policygen render --diff                      show what would be written
  policygen render --overwrite docs/tests.md   give up what stands there
  policygen render --policy base.cue --policy policygen.cue`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return f.run(s) },
	}
	flags := cmd.Flags()
	f.policy.bind(flags)
	flags.StringVar(&f.out, "out", "", "`folder` that the targets are relative to")
	flags.BoolVar(&f.check, "check", false, "write nothing; exit 1 if a file is not up to date")
	flags.BoolVar(&f.diff, "diff", false, "write nothing; show what would change")
	flags.StringArrayVar(&f.overwrite, "overwrite", nil, "`path` to write although it was edited or is foreign (repeatable)")
	f.format = bindFormat(flags, "text", "json")
	return cmd
}

func (f *renderFlags) run(s streams) error {
	if f.diff && f.format.value != "text" {
		return usageError("--diff is text; leave out --format")
	}
	if (f.check || f.diff) && len(f.overwrite) > 0 {
		return usageError("--overwrite does not go with --check or --diff, which write nothing")
	}
	loaded, err := f.policy.load(s)
	if err != nil {
		return err
	}
	root := loaded.root
	if f.out != "" {
		root = f.out
	}
	if loaded.embedded && f.out == "" {
		if err := refuseLostPolicy(); err != nil {
			return err
		}
	}
	rendering, err := generate.Render(loaded.Input)
	if err != nil {
		return err
	}
	changes, err := worktree.Compare(root, rendering.Artifacts)
	if err != nil {
		return err
	}
	if err := rendering.Prove(dirtyPaths(changes)...); err != nil {
		return err
	}
	if f.check || f.diff {
		return f.report(s, changes, false, loaded.Command)
	}
	changes, err = worktree.Write(root, rendering.Artifacts, worktree.Options{Overwrite: f.overwrite})
	var refused *worktree.RefusedError
	if errors.As(err, &refused) && f.format.value == "json" {
		return errors.Join(writeJSON(s.out, refusedJSON(refused.Changes)), writeError(err))
	}
	if err != nil {
		return writeError(err)
	}
	return f.report(s, changes, true, loaded.Command)
}

// dirtyPaths returns the paths of the changes that something is to be done about.
func dirtyPaths(changes []worktree.Change) []string {
	var paths []string
	for _, c := range changes {
		if !c.Clean() {
			paths = append(paths, c.Path)
		}
	}
	return paths
}

// refuseLostPolicy is an error where a manifest stands here but no policy does: the files would be held
// against the embedded policy, which they never came from.
func refuseLostPolicy() error {
	if _, err := os.Stat(worktree.ManifestPath); err == nil {
		return usageError("%s lists rendered files, but there is no %s here or above", worktree.ManifestPath, policyFileName)
	}
	return nil
}

// writeError gives the errors that a person can do something about their exit code.
func writeError(err error) error {
	var refused *worktree.RefusedError
	var overwrite *worktree.OverwriteError
	switch {
	case errors.As(err, &refused):
		return exitError{exitDrift, err}
	case errors.As(err, &overwrite):
		return exitError{exitUsage, err}
	}
	return err
}

// report prints the changes; where nothing was written, files that are not up to date end with exit 1 under --check.
func (f *renderFlags) report(s streams, changes []worktree.Change, written bool, command string) error {
	var dirty []worktree.Change
	for _, c := range changes {
		if !c.Clean() {
			dirty = append(dirty, c)
		}
	}
	var err error
	switch {
	case f.format.value == "json":
		err = writeJSON(s.out, changesJSON(changes, written))
	case f.diff:
		writeDiffs(s.out, dirty)
	default:
		writeChanges(s.out, dirty, len(changes), written, command)
	}
	if err == nil && f.check && len(dirty) > 0 {
		return exitError{code: exitDrift}
	}
	return err
}

func writeChanges(w io.Writer, dirty []worktree.Change, all int, written bool, command string) {
	for _, c := range dirty {
		fmt.Fprintln(w, changeLine(c, written))
	}
	switch {
	case all == 0:
		fmt.Fprintln(w, `the policy names no targets; add one, such as targets: wrapper: {kind: "wrapper", path: "tests/run_all_tests.sh"}`)
	case len(dirty) == 0:
		fmt.Fprintf(w, "%s up to date\n", count(all, "file"))
	case !written:
		fmt.Fprintf(w, "%s of %d not up to date; run: %s\n", count(len(dirty), "file"), all, command)
	}
}

// changeLine says what is wrong with a file, or what was done about it.
func changeLine(c worktree.Change, written bool) string {
	switch {
	case !written:
		return c.String()
	case c.Status == worktree.Orphan && c.Old == nil:
		return "forgot " + c.Path + ", which is gone and no target any more"
	case c.Status == worktree.OK && c.Unrecorded && !c.WrongMode:
		return "recorded " + c.Path
	case c.Status == worktree.Orphan:
		return "removed " + c.Path + ", which is no target any more"
	}
	return "wrote " + c.Path + " (was " + strings.TrimPrefix(c.String(), c.Path+": ") + ")"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func writeDiffs(w io.Writer, dirty []worktree.Change) {
	for _, c := range dirty {
		before, after := "a/"+c.Path, "b/"+c.Path
		if c.Old == nil {
			before = "/dev/null"
		}
		if c.New == nil {
			after = "/dev/null"
		}
		fmt.Fprintf(w, "# %s\n%s", c, diff.Diff(before, c.Old, after, c.New))
	}
}

// changeJSON is a change in the JSON of render.
type changeJSON struct {
	Path       string `json:"path"`
	Target     string `json:"target"`
	Status     string `json:"status"`
	Edited     bool   `json:"edited,omitempty"`
	WrongMode  bool   `json:"wrongMode,omitempty"`
	Obstacle   string `json:"obstacle,omitempty"`
	Unrecorded bool   `json:"unrecorded,omitempty"` // the manifest does not know the file as it is
	Written    bool   `json:"written"`
	Refused    bool   `json:"refused,omitempty"` // it needs a person's consent; then nothing was written
}

func refusedJSON(changes []worktree.Change) map[string]any {
	list := make([]changeJSON, len(changes))
	for i, c := range changes {
		list[i] = changeJSON{Path: c.Path, Target: c.Target, Status: c.Status.String(), Edited: c.Edited, WrongMode: c.WrongMode, Obstacle: c.Obstacle, Refused: true}
	}
	return map[string]any{"version": 1, "changes": list}
}

func changesJSON(changes []worktree.Change, written bool) map[string]any {
	list := make([]changeJSON, len(changes))
	for i, c := range changes {
		list[i] = changeJSON{c.Path, c.Target, c.Status.String(), c.Edited, c.WrongMode, c.Obstacle, c.Unrecorded, written && !c.Clean(), false}
	}
	return map[string]any{"version": 1, "changes": list}
}
