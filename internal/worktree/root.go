package worktree

import (
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
