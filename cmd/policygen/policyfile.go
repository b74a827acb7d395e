package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"policygen/generate"
	"policygen/internal/finding"
	"policygen/internal/worktree"
	"policygen/policy"
)

// policyFileName is the policy that is found without --policy.
const policyFileName = "policygen.cue"

// policyFlags choose the policy.
type policyFlags struct{ files []string }

func (f *policyFlags) bind(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.files, "policy", nil,
		"policy `file`; give it several times for a base and what a project adds (default: "+policyFileName+" here or above)")
}

// A loadedPolicy is a resolved policy and the folder that its targets are relative to.
type loadedPolicy struct {
	generate.Input
	root     string // relative to the working directory, or absolute
	embedded bool
}

// load finds, loads and resolves the policy. Where there is none it takes the embedded one and says so on stderr.
func (f *policyFlags) load(s streams) (loadedPolicy, error) {
	files := f.files
	if len(files) == 0 {
		if found, ok := findUpwards(policyFileName); ok {
			files = []string{found}
		}
	}
	l := loadedPolicy{embedded: len(files) == 0, root: "out"}
	sources := policy.Embedded()
	if l.embedded {
		fmt.Fprintf(s.err, "policygen: no %s here or above; using the embedded policy of sparkless\n", policyFileName)
	} else {
		l.root = rootOf(files[0])
		var err error
		if sources, err = readSources(l.root, files); err != nil {
			return l, exitError{exitUsage, err}
		}
	}
	p, err := policy.Load(sources, toolVersion())
	if err == nil {
		l.Input, err = generate.NewInput(p)
	}
	return l, policyError(err, l.root, l.embedded)
}

// policyError makes the findings of a policy an exit with 2 whose positions start from the working directory.
func policyError(err error, root string, embedded bool) error {
	var findings finding.List
	if !errors.As(err, &findings) {
		return err
	}
	if !embedded {
		findings = findings.Relocated(func(name string) string { return filepath.ToSlash(filepath.Join(root, name)) })
	}
	return exitError{exitUsage, findings}
}

// findUpwards looks for a file in the working directory and above, up to the folder that holds .git.
func findUpwards(name string) (string, bool) {
	dir := "."
	for {
		candidate := filepath.Join(dir, name)
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() {
			return candidate, true
		}
		abs, err := filepath.Abs(dir)
		if _, statErr := os.Stat(filepath.Join(dir, ".git")); err != nil || statErr == nil || filepath.Dir(abs) == abs {
			return "", false
		}
		dir = filepath.Join("..", dir)
	}
}

// rootOf returns the folder that the targets of a policy file are relative to: the nearest one that holds .git,
// else the policy's own.
func rootOf(file string) string {
	dir := filepath.Dir(file)
	root, ok := worktree.FindRoot(dir)
	if !ok {
		return dir
	}
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, root); err == nil {
			return rel
		}
	}
	return root
}

// readSources reads policy files and names them from the root, so that rendered headers are the same from everywhere.
func readSources(root string, files []string) ([]policy.Source, error) {
	var sources []policy.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			var pathErr *fs.PathError
			if errors.As(err, &pathErr) {
				err = pathErr.Err
			}
			return nil, fmt.Errorf("reading the policy %q: %w", file, err)
		}
		sources = append(sources, policy.Source{Name: nameFrom(root, file), Text: text})
	}
	return sources, nil
}

// nameFrom returns the slash-separated name of a file as seen from the root; a file outside keeps its own base name.
func nameFrom(root, file string) string {
	absRoot, err1 := filepath.Abs(root)
	abs, err2 := filepath.Abs(file)
	if err1 == nil && err2 == nil {
		if rel, err := filepath.Rel(absRoot, abs); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.Base(file)
}
