package worktree

import (
	"io/fs"
	"os"
)

// list returns what is in an open folder.
func list(dir *os.File) ([]fs.DirEntry, error) { return dir.ReadDir(-1) }
