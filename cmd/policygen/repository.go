package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"policygen/internal/observe"
	"policygen/internal/worktree"
	"policygen/policy"
)

// repositoryFlags choose what is looked at, and by which policy.
type repositoryFlags struct {
	policy policyFlags
	out    string
	bare   string // what is left to do without a policy, as a clause; empty for check's own
}

func (f *repositoryFlags) bind(flags *pflag.FlagSet) {
	f.policy.bind(flags)
	flags.StringVar(&f.out, "out", "", "`folder` to look at, which targets are relative to; without a policy it is held against the embedded one")
}

// A repository is what check looks at.
type repository struct {
	policy *loadedPolicy  // nil without one
	root   string         // relative to the working directory, or absolute
	files  worktree.Files // of the root; nothing outside is ever opened
	paths  []string       // that were asked for, from the root; empty for all
}

// open finds the policy and the root, and opens the latter. The caller closes it.
func (f *repositoryFlags) open(s streams, paths []string) (r repository, err error) {
	found, err := disk{}.find(policyFileName)
	if err != nil {
		return r, exitError{exitUsage, err}
	}
	if found != "" || len(f.policy.files) > 0 || f.out != "" {
		loaded, err := f.policy.load(s)
		if err != nil {
			return r, err
		}
		r.policy, r.root = &loaded, loaded.root
	} else if r.root, err = bareRoot(s, cmp.Or(f.bare, "only what can't be read is found")); err != nil {
		return r, err
	}
	if f.out != "" {
		r.root = f.out
	}
	return r, r.enter(paths)
}

// bareRoot returns the root of a repository without a policy, and says so.
func bareRoot(s streams, left string) (string, error) {
	if manifest, err := (disk{}).find(worktree.ManifestPath); manifest != "" || err != nil {
		return "", lostPolicy(manifest)
	}
	fmt.Fprintf(s.err, "policygen: no %s here or above, so %s\n", policyFileName, left)
	return rootOf(policyFileName), nil
}

// enter opens the root and names the paths from it.
func (r *repository) enter(paths []string) error {
	files, err := worktree.OpenFiles(r.root)
	if err != nil {
		return fmt.Errorf("opening %q: %w", r.root, err)
	}
	r.files = files
	for _, p := range paths {
		name := nameFrom(r.root, p)
		if !fs.ValidPath(name) {
			r.close()
			return usageError("%q is outside of the repository, whose root is %q: run policygen in the one that it belongs to", p, r.root)
		}
		if _, err := os.Lstat(p); err != nil {
			r.close()
			return usageError("there is no %q", p)
		}
		r.paths = append(r.paths, name)
	}
	return nil
}

func (r *repository) close() { r.files.Close() }

// observe finds what starts pytest, with inputs for scripts.
func (r repository) observe(inputs []observe.Input) observe.Report {
	return observe.Scan(r.files, observe.Options{Inputs: inputs})
}

// asked reports whether what stands in a file is to be told.
func (r repository) asked(name string) bool {
	return len(r.paths) == 0 || slices.ContainsFunc(r.paths, func(p string) bool {
		return p == "." || name == p || strings.HasPrefix(name, p+"/")
	})
}

// fromHere returns a file of the root, or of the policy, as seen from the working directory.
func (r repository) fromHere(name string) string {
	if r.policy != nil {
		if slices.ContainsFunc(r.policy.sources, func(s policy.Source) bool { return s.Name == name }) {
			return r.policy.locate(name)
		}
	}
	if policy.IsOwn(name) {
		return "policygen's own " + path.Base(name)
	}
	return filepath.ToSlash(filepath.Join(r.root, filepath.FromSlash(name)))
}

// unnoticed is how long work may take before a person at a terminal is told that it goes on.
const unnoticed = time.Second

// progress tells a person at a terminal what is going on, if that takes long. The returned function ends it.
func (s streams) progress(what string) (done func()) {
	if !isTerminal(s.err) {
		return func() {}
	}
	finished, cleared := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(cleared)
		select {
		case <-finished:
		case <-time.After(unnoticed):
			fmt.Fprintf(s.err, "policygen: %s …", what)
			<-finished
			fmt.Fprint(s.err, "\r\x1b[K")
		}
	}()
	return func() {
		close(finished)
		<-cleared
	}
}

// colour reports whether output may have colours: on a terminal, unless NO_COLOR is set (https://no-color.org).
func (s streams) colour() bool {
	return isTerminal(s.out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// isTerminal reports whether a stream is a device for characters, as terminals are. (So is /dev/null, where nobody minds.)
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
