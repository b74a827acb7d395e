package worktree

import (
	"fmt"
	"os"
	"path/filepath"
)

// FindRoot returns the nearest folder from dir upwards that holds ".git", which is a folder in a
// repository and a file in a linked worktree or submodule. Git itself is not asked.
func FindRoot(dir string) (root string, found bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// writeFile gives a file that is no artifact, such as a report or an edited configuration, a new content:
// whole, or not at all. Folders on the way are created. A file that exists keeps its permissions.
// Anything else that stands there, such as a link or a device, is an error.
func writeFile(name string, content []byte) error {
	folder, base := filepath.Dir(name), filepath.Base(name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("creating the folder %q: %w", folder, cause(err))
	}
	t, err := openTree(folder)
	if err != nil {
		return err
	}
	defer t.close()
	at, err := t.look(base)
	if err != nil {
		return err
	}
	if at.obstacle != "" {
		return fmt.Errorf("writing %q: there is %s", name, at.obstacle)
	}
	return writing(name, t.replace(base, content, at.kept(0o644), at))
}
