package worktree

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"policygen/internal/outpath"
)

// An Index is what is staged in a git repository, the content of the next commit. Files that it holds are named from the top
// of the work tree, slash-separated.
type Index struct {
	top     string
	entries map[string]indexEntry
	folders map[string]bool // that hold an entry
	blobs   *blobReader
}

// An indexEntry is one path of the index. A path that a merge left unresolved has none of its own.
type indexEntry struct {
	mode string // as git writes it: 100644, 100755, 120000, 160000
	id   string
	open bool // a merge conflict
}

// OpenIndex reads the index of the repository that a folder is in. It starts git, and nothing else here does. Errors are a
// [*NoRepositoryError], no git on PATH, and a git that fails.
func OpenIndex(dir string) (*Index, error) {
	g, err := newGit(dir)
	if err != nil {
		return nil, err
	}
	list, err := g.output("ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	x := &Index{top: g.dir, entries: map[string]indexEntry{}, folders: map[string]bool{}}
	for item := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		if err := x.add(item); err != nil {
			return nil, err
		}
	}
	x.blobs, err = g.blobs()
	return x, err
}

// add reads "<mode> <object> <stage>\t<path>".
func (x *Index) add(item string) error {
	if item == "" {
		return nil // nothing is staged at all
	}
	head, name, _ := strings.Cut(item, "\t")
	fields := strings.Fields(head)
	if len(fields) != 3 || name == "" {
		return fmt.Errorf("reading git's index: %q is not understood", item)
	}
	x.entries[name] = indexEntry{mode: fields[0], id: fields[1], open: fields[2] != "0"}
	for _, folder := range outpath.Folders(name) {
		x.folders[folder] = true
	}
	return nil
}

// Close ends the git that reads for the index.
func (x *Index) Close() error { return x.blobs.close() }

// Top returns the absolute path of the work tree, without symbolic links.
func (x *Index) Top() string { return x.top }

// Name returns the name that a file of the work tree has in the index. It is inside unless the file is elsewhere;
// whether something is staged under the name is another question. The top is ".".
func (x *Index) Name(file string) (name string, inside bool) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", false
	}
	if rel, err := filepath.Rel(x.top, resolved(abs)); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel), true
	}
	return "", false
}

// resolved returns a path without symbolic links in the folders on the way, as far as these exist.
func resolved(name string) string {
	folder := filepath.Dir(name)
	if folder == name {
		return name
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		return filepath.Join(real, filepath.Base(name))
	}
	return filepath.Join(resolved(folder), filepath.Base(name))
}

// Read returns the content of a staged file; [fs.ErrNotExist] where none is staged.
// Anything but a file, such as a symbolic link or a submodule, is an error.
func (x *Index) Read(name string) ([]byte, error) {
	at, err := x.look(name)
	switch {
	case err != nil:
		return nil, err
	case at.obstacle != "":
		return nil, fmt.Errorf("git's index has %s there", at.obstacle)
	case at.content == nil:
		return nil, notStagedError{}
	}
	return at.content, nil
}

// A notStagedError is [fs.ErrNotExist] in git's words.
type notStagedError struct{}

func (notStagedError) Error() string        { return "it is not staged" }
func (notStagedError) Is(target error) bool { return target == fs.ErrNotExist }

// Compare is [Compare] with what is staged below a folder, which is named as files are; "." is the top.
func (x *Index) Compare(folder string, artifacts []Artifact) ([]Change, error) {
	if err := checkArtifacts(artifacts); err != nil {
		return nil, err
	}
	below := func(name string) (spot, error) { return x.look(path.Join(folder, name)) }
	m, err := readManifest(below)
	if err != nil {
		return nil, err
	}
	return judge(below, m, artifacts)
}

// look tells what is staged at a path. Nothing is replaceable, since nothing is written.
func (x *Index) look(name string) (spot, error) {
	for _, folder := range outpath.Folders(name) {
		if e, found := x.entries[folder]; found {
			return spot{obstacle: fmt.Sprintf("%s where the folder %q should be", e.kind(), folder)}, nil
		}
	}
	e, found := x.entries[name]
	switch {
	case x.folders[name]:
		return spot{obstacle: kind(fs.ModeDir)}, nil
	case !found:
		return spot{}, nil
	case e.open || !e.regular():
		return spot{obstacle: e.kind()}, nil
	}
	content, err := x.blobs.read(e.id)
	if err != nil {
		return spot{}, fmt.Errorf("reading the staged %q: %w", name, err)
	}
	return spot{content: content, perm: e.perm()}, nil
}

func (e indexEntry) regular() bool { return strings.HasPrefix(e.mode, "100") }

func (e indexEntry) perm() os.FileMode {
	if e.mode == "100755" {
		return 0o755
	}
	return 0o644
}

func (e indexEntry) kind() string {
	switch {
	case e.open:
		return "a merge conflict that is not resolved"
	case e.regular():
		return kind(0)
	case e.mode == "120000":
		return kind(fs.ModeSymlink)
	case e.mode == "160000":
		return "a submodule"
	}
	return kind(fs.ModeIrregular)
}
