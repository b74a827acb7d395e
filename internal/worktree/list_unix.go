//go:build unix

package worktree

import (
	"io/fs"
	"os"
	"syscall"
)

// list returns what is in an open folder. [os.File.ReadDir] asks for everything about each entry where the folder was opened in a
// root; for a descriptor of its own it takes the kinds that the folder itself tells.
func list(dir *os.File) ([]fs.DirEntry, error) {
	syscall.ForkLock.RLock()
	fd, err := syscall.Dup(int(dir.Fd()))
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, &fs.PathError{Op: "dup", Path: dir.Name(), Err: err}
	}
	own := os.NewFile(uintptr(fd), dir.Name())
	defer own.Close()
	return own.ReadDir(-1)
}
