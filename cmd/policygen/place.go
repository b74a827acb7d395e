package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"policygen/internal/worktree"
)

// A place is where a policy and the rendered files are looked up. Files are named from the working directory.
type place interface {
	// find looks for a file in the working directory and above, up to the top of the repository. It returns "" where there is none.
	find(name string) (file string, err error)
	// rootOf returns the folder that the targets of a policy file are relative to.
	rootOf(file string) string
	read(file string) ([]byte, error)
	// compare returns the verdicts on the artifacts below a root.
	compare(root string, artifacts []worktree.Artifact) ([]worktree.Change, error)
}

// disk is the place of everything but --staged.
type disk struct{}

func (disk) find(name string) (string, error) { return findUpwards(name) }
func (disk) rootOf(file string) string        { return rootOf(file) }
func (disk) read(file string) ([]byte, error) { return os.ReadFile(file) }

func (disk) compare(root string, artifacts []worktree.Artifact) ([]worktree.Change, error) {
	return worktree.Compare(root, artifacts)
}

// staged is what the next commit will hold. Files outside the repository, such as an organisation's base policy, are
// read from the disk.
type staged struct{ *worktree.Index }

// openStaged opens the index of the repository that the last of the policy files is in, or else the working directory.
func openStaged(policies []string) (staged, error) {
	dir := "."
	if len(policies) > 0 {
		dir = filepath.Dir(policies[len(policies)-1])
	}
	index, err := worktree.OpenIndex(dir)
	var outside *worktree.NoRepositoryError
	if errors.As(err, &outside) {
		err = usageError("--staged: %w", err)
	}
	return staged{index}, err
}

// find also finds what is no file, such as a link, so that reading it says so.
func (p staged) find(name string) (string, error) {
	folder, inside := p.Name(".")
	for inside {
		if _, err := p.Read(path.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
			return p.fromHere(path.Join(folder, name)), nil
		}
		if folder == "." {
			break
		}
		folder = path.Dir(folder)
	}
	return "", nil
}

// fromHere names a file of the index from the working directory.
func (p staged) fromHere(name string) string {
	file := filepath.Join(p.Top(), filepath.FromSlash(name))
	wd, err := os.Getwd()
	if err == nil {
		wd, err = filepath.EvalSymlinks(wd)
	}
	if err == nil {
		if rel, err := filepath.Rel(wd, file); err == nil {
			return rel
		}
	}
	return file
}

func (p staged) rootOf(string) string { return p.fromHere(".") }

func (p staged) read(file string) ([]byte, error) {
	if name, inside := p.Name(file); inside {
		return p.Read(name)
	}
	return os.ReadFile(file)
}

func (p staged) compare(root string, artifacts []worktree.Artifact) ([]worktree.Change, error) {
	folder, inside := p.Name(root)
	if !inside {
		return nil, usageError("--staged: the output root %q is not in the repository %q", root, p.Top())
	}
	return p.Compare(folder, artifacts)
}
