package main

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"policygen/internal/check"
	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pins"
	"policygen/internal/source"
	"policygen/internal/worktree"
)

func newPinsFixCommand(s streams) *cobra.Command {
	var f pinsFlags
	var show bool
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Make the edits that the findings of pins propose",
		Long: `Make the edits that the findings of pins propose: the smallest new text in the style of the place, everything else as it is, byte for
byte. What a comment suppresses is left alone. So are rendered files, and what stands between policygen's markers: there the policy is the
place to change. A file that somebody changes meanwhile stops it all, and no file is ever half-written.

Exit code 1 means that errors are left which no edit settles.`,
		Example: `  policygen pins fix --diff
  policygen pins fix
  policygen pins fix requirements-test.txt`,
		RunE: func(_ *cobra.Command, args []string) error { return f.runFix(s, args, show) },
	}
	f.bind(cmd.Flags())
	cmd.Flags().BoolVar(&show, "diff", false, "write nothing; show what would change")
	return cmd
}

func (f *pinsFlags) runFix(s streams, paths []string, show bool) error {
	p, err := f.open(s, paths)
	if err != nil {
		return err
	}
	defer p.close()
	fixed, left := f.fix(&p)
	edits := fixed.rewrites()
	if show {
		for _, e := range edits {
			s.out.Write(diff.Diff("a/"+e.Path, e.Old, "b/"+e.Path, e.New))
		}
	} else if err := worktree.Replace(p.root, edits); err != nil {
		return err
	} else {
		for _, e := range edits {
			fmt.Fprintf(s.out, "fixed %s\n", p.fromHere(e.Path))
		}
	}
	return f.tellRest(s, p, fixed, left)
}

// tellRest says what no edit settled.
func (f *pinsFlags) tellRest(s streams, p pinned, fixed *overlay, left finding.List) error {
	errors := 0
	for _, x := range left {
		if reason := fixed.refused[x.File]; reason != "" && len(x.Fixes) > 0 {
			fmt.Fprintf(s.err, "policygen: %s: %s, so change the policy: %s\n", p.at(x.Position), reason, x.Message)
		}
		if x.Severity == finding.Error {
			errors++
		}
	}
	if len(fixed.texts) == 0 {
		fmt.Fprintln(s.out, "nothing to fix")
	}
	if errors > 0 {
		fmt.Fprintf(s.err, "policygen: %s left that no edit settles; policygen pins shows them\n", count(errors, "error"))
		return exitError{code: exitDrift}
	}
	return nil
}

// mostRounds bounds how often the findings of an edited text are looked at again. Two settle everything that is known.
const mostRounds = 8

// fix makes the edits in memory, again and again, since a second finding at one place is judged by what the first edit left. It returns the
// new texts and the findings that are left.
func (f *pinsFlags) fix(p *pinned) (*overlay, finding.List) {
	o := &overlay{inner: p.files, old: map[string][]byte{}, texts: map[string][]byte{}, refused: map[string]string{}}
	var found finding.List
	for range mostRounds {
		found = slices.DeleteFunc(check.Suppressed(pins.Judge(p.input), o, p.seen), func(x finding.Finding) bool { return x.Suppressed() || !p.asked(x.File) })
		if !o.apply(*p, found) {
			break
		}
		f.read(p, o, observe.Scan(o, observe.Options{}))
	}
	return o, found
}

// An overlay is a repository in which some files have another text.
type overlay struct {
	inner   fs.FS
	old     map[string][]byte // as they are on the disk
	texts   map[string][]byte // as they are to be
	refused map[string]string // files that are not to be edited, and why
}

// apply makes one edit for each place, and reports whether there were any.
func (o *overlay) apply(p pinned, found finding.List) bool {
	edits := map[string][]source.Edit{}
	for _, x := range found {
		if len(x.Fixes) == 0 || !o.may(p, x) {
			continue
		}
		for _, e := range x.Fixes[0].Edits {
			if free(edits[e.File], e) {
				edits[e.File] = append(edits[e.File], source.Edit{Start: e.Start, End: e.End, Text: e.Text})
			}
		}
	}
	for name, list := range edits {
		text, err := o.ReadFile(name)
		if err != nil {
			continue
		}
		if o.old[name] == nil {
			o.old[name] = text
		}
		o.texts[name] = source.Apply(text, list...)
	}
	return len(edits) > 0
}

// free reports whether an edit touches no other one.
func free(edits []source.Edit, e finding.Edit) bool {
	return !slices.ContainsFunc(edits, func(x source.Edit) bool { return e.Start <= x.End && x.Start <= e.End })
}

// may reports whether the edits of a finding may be made, and notes why not.
func (o *overlay) may(p pinned, x finding.Finding) bool {
	for _, e := range x.Fixes[0].Edits {
		if reason := p.rendered(e, x.Line); reason != "" {
			o.refused[e.File] = reason
			return false
		}
	}
	return true
}

// rewrites returns the files that changed, by name.
func (o *overlay) rewrites() (list []worktree.Rewrite) {
	for _, name := range slices.Sorted(maps.Keys(o.texts)) {
		list = append(list, worktree.Rewrite{Path: name, Old: o.old[name], New: o.texts[name]})
	}
	return list
}

// Open, ReadFile, ReadDir, Lstat and ReadLink make overlay a file system. Only ReadFile sees the new texts: nothing else is asked for them.
func (o *overlay) Open(name string) (fs.File, error) { return o.inner.Open(name) }

// ReadFile returns the new text of a file, or that on the disk.
func (o *overlay) ReadFile(name string) ([]byte, error) {
	if text, ok := o.texts[name]; ok {
		return slices.Clone(text), nil
	}
	return fs.ReadFile(o.inner, name)
}

// ReadDir returns what is in a folder.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(o.inner, name) }

// Lstat describes a file, or a link.
func (o *overlay) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(o.inner, name) }

// ReadLink returns where a link leads.
func (o *overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.inner, name) }
