package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"policygen/generate"
	"policygen/internal/shell"
	"policygen/internal/worktree"
)

// renderFlags are the flags of render.
type renderFlags struct {
	policy      policyFlags
	out         string
	check, diff bool
	staged      bool
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
  policygen render --check --staged            the same for what git is about to commit, as in a pre-commit hook
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
	flags.BoolVar(&f.staged, "staged", false, "with --check or --diff: hold what is staged in git against what the staged policy renders")
	flags.StringArrayVar(&f.overwrite, "overwrite", nil, "`path` to write although it was edited or is foreign (repeatable)")
	f.format = bindFormat(flags, "text", "json")
	return cmd
}

func (f *renderFlags) run(s streams) error {
	if err := f.validate(); err != nil {
		return err
	}
	if !f.staged {
		return f.runIn(disk{}, s)
	}
	index, err := openStaged(f.policy.files)
	if err != nil {
		return err
	}
	return errors.Join(f.runStaged(index, s), index.Close())
}

// validate finds flags that do not go together.
func (f *renderFlags) validate() error {
	switch {
	case f.diff && f.format.value != "text":
		return usageError("--diff is text; leave out --format")
	case (f.check || f.diff) && len(f.overwrite) > 0:
		return usageError("--overwrite does not go with --check or --diff, which write nothing")
	case f.staged && !f.check && !f.diff:
		return usageError("--staged goes with --check or --diff; nothing is written to what is staged")
	}
	return nil
}

// runStaged does not fall back to the embedded policy where the project has one that is only not staged.
func (f *renderFlags) runStaged(index staged, s streams) error {
	if file, err := index.find(policyFileName); file == "" && err == nil && len(f.policy.files) == 0 {
		if file, _ := findUpwards(policyFileName); file != "" {
			return usageError("--staged: %s is not staged", file)
		}
	}
	return f.runIn(index, s)
}

func (f *renderFlags) runIn(p place, s streams) error {
	loaded, err := f.policy.loadFrom(p, s)
	if err != nil {
		return err
	}
	root := loaded.root
	if f.out != "" {
		root = f.out
	}
	if loaded.embedded && f.out == "" {
		if manifest, err := p.find(worktree.ManifestPath); manifest != "" || err != nil {
			return lostPolicy(manifest)
		}
	}
	rendering, err := generate.Render(loaded.Input)
	if err != nil {
		return err
	}
	return f.deliver(p, s, root, rendering)
}

// deliver reports what a rendering would change, or writes it and reports that.
func (f *renderFlags) deliver(p place, s streams, root string, rendering generate.Rendering) error {
	if !f.check && !f.diff {
		return f.write(s, root, rendering)
	}
	changes, err := p.compare(root, rendering.Artifacts)
	if err != nil {
		return err
	}
	if err := rendering.Prove(dirtyPaths(changes)...); err != nil {
		return err
	}
	return f.report(s, changes, false)
}

func (f *renderFlags) write(s streams, root string, rendering generate.Rendering) error {
	changes, err := worktree.Write(root, rendering.Artifacts, rendering.Prove, worktree.Options{Overwrite: f.overwrite})
	var refused *worktree.RefusedError
	if errors.As(err, &refused) && f.format.value == "json" {
		return errors.Join(writeJSON(s.out, refusedJSON(refused.Changes)), writeError(err))
	}
	if err != nil {
		return writeError(err)
	}
	return f.report(s, changes, true)
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

// lostPolicy is the error where a manifest stands here or above but no policy does: the files would be held
// against the embedded policy, which they never came from.
func lostPolicy(manifest string) error {
	return usageError("%s lists rendered files, but there is no %s here or above", filepath.ToSlash(manifest), policyFileName)
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
func (f *renderFlags) report(s streams, changes []worktree.Change, written bool) error {
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
		writeChanges(s.out, dirty, len(changes), written)
		if len(dirty) > 0 && !written {
			fmt.Fprintf(s.out, "%s of %d not up to date; %s\n", count(len(dirty), "file"), len(changes), f.advice(dirty))
		}
	}
	if err == nil && f.check && len(dirty) > 0 {
		return exitError{code: exitDrift}
	}
	return err
}

func writeChanges(w io.Writer, dirty []worktree.Change, all int, written bool) {
	for _, c := range dirty {
		fmt.Fprintln(w, changeLine(c, written))
		if c.Help != "" {
			fmt.Fprintf(w, "    help: %s\n", c.Help)
		}
	}
	switch {
	case all == 0:
		fmt.Fprintln(w, `the policy names no targets; add one, such as targets: wrapper: {kind: "wrapper", path: "tests/run_all_tests.sh"}`)
	case len(dirty) == 0:
		fmt.Fprintf(w, "%s up to date\n", count(all, "file"))
	}
}

// advice says what to do about files that are not up to date.
func (f *renderFlags) advice(dirty []worktree.Change) string {
	var alone []string
	for _, c := range dirty {
		if c.NeedsConsent() {
			alone = append(alone, c.Path)
		}
	}
	if alone == nil {
		return "run: " + f.command()
	}
	return f.command() + " would write nothing because of " + strings.Join(alone, ", ")
}

// command is the command line that renders what was just looked at, to be typed in the same folder.
func (f *renderFlags) command() string { return f.policy.render(f.out) }

// render is the command line that renders the policy into a folder, by default its own, to be typed in the same folder.
func (f *policyFlags) render(out string) string {
	words := []string{"policygen", "render"}
	for _, file := range f.files {
		words = append(words, "--policy", file)
	}
	if out != "" {
		words = append(words, "--out", out)
	}
	for i, word := range words {
		if quoted, err := shell.Quote(word); err == nil { // no argument of a process has NUL
			words[i] = quoted
		}
	}
	return strings.Join(words, " ")
}

// changeLine says what is wrong with a file, or what was done about it.
func changeLine(c worktree.Change, written bool) string {
	switch {
	case !written:
		return c.String()
	case c.Gone():
		return "forgot " + c.Path + ", which is gone and no target any more"
	case c.Status == worktree.OK && c.Unrecorded && !c.WrongMode:
		return "recorded " + c.Path
	case c.Status == worktree.Missing && c.Old != nil:
		return "filled the blocks of " + c.Path
	case c.Status == worktree.Orphan && c.New != nil:
		return "took the blocks out of " + c.Path + ", which is no target any more"
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
	CRLF       bool   `json:"crlf,omitempty"` // that is all that makes the file stale
	Obstacle   string `json:"obstacle,omitempty"`
	Help       string `json:"help,omitempty"`       // about an obstacle or CRLF
	Unrecorded bool   `json:"unrecorded,omitempty"` // the manifest does not know the file as it is
	Written    bool   `json:"written"`
	Refused    bool   `json:"refused,omitempty"` // it needs a person's consent; then nothing was written
}

func newChangeJSON(c worktree.Change) changeJSON {
	return changeJSON{
		Path: c.Path, Target: c.Target, Status: c.Status.String(), Edited: c.Edited, WrongMode: c.WrongMode, CRLF: c.CRLF,
		Obstacle: c.Obstacle, Help: c.Help, Unrecorded: c.Unrecorded,
	}
}

func refusedJSON(changes []worktree.Change) map[string]any {
	list := make([]changeJSON, len(changes))
	for i, c := range changes {
		list[i] = newChangeJSON(c)
		list[i].Refused = true
	}
	return map[string]any{"version": 1, "changes": list}
}

func changesJSON(changes []worktree.Change, written bool) map[string]any {
	list := make([]changeJSON, len(changes))
	for i, c := range changes {
		list[i] = newChangeJSON(c)
		list[i].Written = written && !c.Clean()
	}
	return map[string]any{"version": 1, "changes": list}
}
