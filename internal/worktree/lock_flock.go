//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package worktree

import (
	"errors"
	"fmt"
	"syscall"
)

// lock keeps other writers out of the root until it is released or the process ends, however it ends.
// The folder itself is locked: a lock file would be left behind, and somebody would commit it.
// File systems without locks go unguarded; there each file is still whole.
func (t *tree) lock() (release func(), err error) {
	folder, err := t.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("opening the root %q: %w", t.name, cause(err))
	}
	err = syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil || errors.Is(err, errors.ErrUnsupported) {
		return func() { folder.Close() }, nil
	}
	folder.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("another policygen is writing to the root %q; wait for it and run again", t.name)
	}
	return nil, fmt.Errorf("locking the root %q: %w", t.name, err)
}
