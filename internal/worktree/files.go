package worktree

import (
	"cmp"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"
)

// Files are the files below a folder, and nothing outside of it, whatever links say. It is what [os.Root.FS] returns, save that
// reading thousands of files costs half: [fs.Sub] opens a folder, as Files that the caller closes, so that the way from the root
// is not gone again for each file in it, and files are opened as they have to be for the poller to be left alone.
type Files struct {
	rootFS
	root *os.Root
}

// rootFS is what [os.Root.FS] promises.
type rootFS interface {
	fs.FS
	fs.StatFS
	fs.ReadFileFS
	fs.ReadDirFS
	fs.ReadLinkFS
}

// OpenFiles opens the files below a folder. The caller closes them.
func OpenFiles(name string) (Files, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return Files{}, err
	}
	return filesOf(root), nil
}

func filesOf(root *os.Root) Files { return Files{root.FS().(rootFS), root} }

// Close closes the folder. Files that are open stay so.
func (f Files) Close() error { return f.root.Close() }

// Sub opens a folder by its path from this one. The caller closes it.
func (f Files) Sub(dir string) (fs.FS, error) {
	if !fs.ValidPath(dir) {
		return nil, &fs.PathError{Op: "sub", Path: dir, Err: fs.ErrInvalid}
	}
	root, err := f.root.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return filesOf(root), nil
}

// Open opens a file or a folder. A pipe does not keep it waiting.
func (f Files) Open(name string) (fs.File, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f Files) open(name string) (*os.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// ReadDir returns what is in a folder, by name; where reading it breaks off, what was read with the error.
func (f Files) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := list(dir)
	for i, e := range entries {
		entries[i] = entry{e, f, name}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, err
}

// An entry is one of a folder, whose info is asked for below the root too.
type entry struct {
	fs.DirEntry
	files Files
	dir   string
}

func (e entry) Info() (fs.FileInfo, error) { return e.files.Lstat(path.Join(e.dir, e.Name())) }
