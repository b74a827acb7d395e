package worktree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"policygen/internal/outpath"
)

// A tree is an open root. What it looks at or changes is below that root even if
// somebody moves folders and links about meanwhile, which [os.Root] sees to.
type tree struct {
	root *os.Root
	name string // as the caller spelled it, for messages
	// testOnlyStep runs before each change of the disk; a test that panics in it kills the writer there.
	testOnlyStep func()
}

// openTree opens a root. One that does not exist yields a tree without any file in it.
func openTree(name string) (*tree, error) {
	root, err := os.OpenRoot(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening the root %q: %w", name, cause(err))
	}
	return &tree{root: root, name: name}, nil
}

func (t *tree) close() {
	if t.root != nil {
		t.root.Close()
	}
}

// cause strips the operation and the path that the os package puts before an error: ours name both already.
func cause(err error) error {
	for {
		switch e := err.(type) {
		case *fs.PathError:
			err = e.Err
		case *os.LinkError:
			err = e.Err
		default:
			return err
		}
	}
}

// A spot is what stands at a path: nothing, a regular file, or something in the way.
type spot struct {
	info        fs.FileInfo // nil where nothing stands, and in git's index
	content     []byte      // of a regular file, then never nil
	perm        fs.FileMode // of a regular file
	obstacle    string
	replaceable bool // the obstacle stands at the path itself and is no folder, so a rename takes its place
}

// equal reports whether two looks at one path saw the same.
func (s spot) equal(other spot) bool {
	return s.obstacle == other.obstacle && (s.content == nil) == (other.content == nil) && bytes.Equal(s.content, other.content)
}

// A looker tells what stands at a path of a root.
type looker func(name string) (spot, error)

// look is the [looker] of a tree. It opens nothing but regular files, so no pipe or device can block it.
func (t *tree) look(name string) (spot, error) {
	obstacle, err := t.walk(outpath.Folders(name))
	if obstacle != "" || err != nil {
		return spot{obstacle: obstacle}, err
	}
	info, err := t.lstat(name)
	if info == nil || err != nil {
		return spot{}, err
	}
	if !info.Mode().IsRegular() {
		return spot{info: info, obstacle: kind(info.Mode()), replaceable: !info.IsDir()}, nil
	}
	content, err := t.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return spot{}, nil // another writer removed it just now
	}
	return spot{info: info, content: content, perm: info.Mode().Perm()}, err
}

// walk checks that nothing but folders is on a way, as far as it exists, and says what else is.
func (t *tree) walk(folders []string) (obstacle string, err error) {
	for _, folder := range folders {
		info, err := t.lstat(folder)
		if info == nil || err != nil {
			return "", err
		}
		if !info.IsDir() {
			return fmt.Sprintf("%s where the folder %q should be", kind(info.Mode()), folder), nil
		}
	}
	return "", nil
}

// lstat is [os.Root.Lstat], save that a path that does not exist is no error and has no info.
func (t *tree) lstat(name string) (fs.FileInfo, error) {
	if t.root == nil {
		return nil, nil
	}
	info, err := t.root.Lstat(name)
	switch {
	case err == nil:
		return info, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	}
	return nil, fmt.Errorf("looking at %q: %w", name, cause(err))
}

func kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}

func (t *tree) read(name string) ([]byte, error) {
	// Between the look and the open a pipe may have taken the place of the file; opening it must not block.
	f, err := t.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, cause(err))
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, cause(err))
	}
	return content, nil
}

// temps returns the temporary files that a killed writer left in a folder.
func (t *tree) temps(folder string) ([]string, error) {
	way := folder + "/."
	if obstacle, err := t.walk(outpath.Folders(way)); obstacle != "" || err != nil {
		return nil, err
	}
	if info, err := t.lstat(folder); info == nil || err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(t.root.FS(), folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing the folder %q: %w", folder, cause(err))
	}
	var list []string
	for _, e := range entries {
		if outpath.IsTemp(e.Name()) && e.Type().IsRegular() {
			list = append(list, path.Join(folder, e.Name()))
		}
	}
	return list, nil
}
