package worktree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Save gives a file that is no artifact, such as a report, a new content: all of it or, where that fails, none. Its folder must exist. What is
// no regular file is left alone and is an error, a link too.
func Save(name string, content []byte) error {
	t, base, err := openFolder(name)
	if err != nil {
		return err
	}
	defer t.close()
	at, err := t.look(base)
	switch {
	case err != nil:
		return fmt.Errorf("writing %q: %w", name, err)
	case at.obstacle != "":
		return fmt.Errorf("writing %q: there is %s", name, at.obstacle)
	}
	return t.replace([]replacement{{name: base, content: content, mode: at.kept(0o666), seen: at}})
}

// Append adds to the end of a file that is no artifact, such as the summary of a CI job, and makes it if need be.
func Append(name string, content []byte) error {
	t, base, err := openFolder(name)
	if err != nil {
		return err
	}
	defer t.close()
	// Opening a pipe must not block.
	f, err := t.root.OpenFile(base, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o666)
	if err == nil {
		if info, statErr := f.Stat(); statErr != nil || !info.Mode().IsRegular() {
			err = errors.New("it is no regular file")
		} else {
			_, err = f.Write(content)
		}
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("writing %q: %w", name, cause(err))
	}
	return nil
}

// openFolder opens the folder that a file belongs in.
func openFolder(name string) (*tree, string, error) {
	folder, base := filepath.Dir(name), filepath.Base(name)
	t, err := openTree(folder)
	if err == nil && t.root == nil {
		err = fmt.Errorf("writing %q: %w", name, fs.ErrNotExist)
	}
	return t, base, err
}
