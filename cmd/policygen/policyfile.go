package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/spf13/pflag"

	"policygen/generate"
	"policygen/internal/finding"
	"policygen/internal/shell"
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

// A loadedPolicy is a resolved policy, the folder that its targets are relative to, and where its files are.
type loadedPolicy struct {
	generate.Input
	root     string            // relative to the working directory, or absolute
	files    map[string]string // the name of each source to its path as seen from the working directory
	sources  []policy.Source
	embedded bool
}

// load is loadFrom the disk.
func (f *policyFlags) load(s streams) (loadedPolicy, error) { return f.loadFrom(disk{}, s) }

// loadFrom finds, loads and resolves the policy. Where there is none it takes the embedded one and says so on stderr.
func (f *policyFlags) loadFrom(p place, s streams) (loadedPolicy, error) {
	files := f.files
	if len(files) == 0 {
		found, err := p.find(policyFileName)
		if err != nil {
			return loadedPolicy{}, exitError{exitUsage, err}
		}
		if found != "" {
			files = []string{found}
		}
	}
	l := loadedPolicy{embedded: len(files) == 0, root: "out", sources: policy.Embedded()}
	if l.embedded {
		fmt.Fprintf(s.err, "policygen: no %s here or above; using the embedded policy of sparkless\n", policyFileName)
	} else {
		l.root = p.rootOf(files[len(files)-1]) // the project's own file comes last
		var err error
		if l.sources, l.files, err = readSources(p, l.root, files); err != nil {
			return l, exitError{exitUsage, err}
		}
	}
	loaded, err := policy.Load(l.sources, toolVersion())
	if err == nil {
		l.Input, err = generate.NewInput(loaded, renderCommand(loaded.Sources, l.embedded))
	}
	return l, l.policyError(err)
}

// targets returns what the policy renders; nothing where it is invalid.
func (l loadedPolicy) targets() []policy.Target {
	if l.Policy == nil {
		return nil
	}
	return l.Policy.Targets
}

// locate returns the path of a source as seen from the working directory. Files that policygen brings itself have none.
func (l loadedPolicy) locate(name string) string {
	if path, ok := l.files[name]; ok {
		return path
	}
	if l.embedded {
		return name
	}
	return "policygen's own " + path.Base(name)
}

// at returns a position as seen from the working directory; empty for one that points nowhere.
func (l loadedPolicy) at(p finding.Position) string {
	if !p.IsValid() {
		return ""
	}
	p.File = l.locate(p.File)
	return p.String()
}

// renderCommand is the command that renders a policy again, from the root. It stands in scripts of CI, where the name of a file must be one word.
func renderCommand(sources []string, embedded bool) string {
	command := "policygen render"
	if embedded || len(sources) == 1 && sources[0] == policyFileName {
		return command
	}
	for _, name := range sources {
		quoted, err := shell.Quote(name)
		if err != nil {
			panic(err) // a file's name has no NUL
		}
		command += " --policy " + quoted
	}
	return command
}

// findUpwards looks for a file in the working directory and above, up to the folder that holds .git. It returns "" where there is
// nothing of that name. Whatever else than a file has the name is an error: to pass over it would be to work without the file.
func findUpwards(name string) (string, error) {
	dir := "."
	for {
		candidate := filepath.Join(dir, name)
		if _, err := os.Lstat(candidate); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return candidate, checkReadable(candidate)
		}
		abs, err := filepath.Abs(dir)
		if _, statErr := os.Stat(filepath.Join(dir, ".git")); err != nil || statErr == nil || filepath.Dir(abs) == abs {
			return "", nil
		}
		dir = filepath.Join("..", dir)
	}
}

// checkReadable reports what stands at a path and is neither a file nor a link to one. It opens nothing, since a pipe would block.
func checkReadable(file string) error {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is a symbolic link that leads nowhere", file)
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder; a file is needed there", file)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file", file)
	}
	return nil
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
func readSources(p place, root string, files []string) (sources []policy.Source, paths map[string]string, err error) {
	paths = map[string]string{}
	for _, file := range files {
		text, err := p.read(file)
		if err != nil {
			var pathErr *fs.PathError
			if errors.As(err, &pathErr) {
				err = pathErr.Err
			}
			return nil, nil, fmt.Errorf("reading the policy %q: %w", file, err)
		}
		name := nameFrom(root, file)
		if before, twice := paths[name]; twice {
			return nil, nil, fmt.Errorf("the policy files %q and %q are the same", before, file)
		}
		paths[name] = filepath.ToSlash(file)
		sources = append(sources, policy.Source{Name: name, Text: text})
	}
	return sources, paths, nil
}

// nameFrom returns the slash-separated name of a file as seen from the root.
func nameFrom(root, file string) string {
	absRoot, err1 := filepath.Abs(root)
	abs, err2 := filepath.Abs(file)
	if err1 == nil && err2 == nil {
		if rel, err := filepath.Rel(absRoot, abs); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(file)
}
