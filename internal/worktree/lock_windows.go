package worktree

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
)

// lock keeps other writers out of the root until it is released or the process ends, however it ends.
// Folders cannot be locked here, so a file is: one that nobody else may open meanwhile
// and that the system deletes with the last handle to it.
func (t *tree) lock() (release func(), err error) {
	// Not in package syscall: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
	const deleteOnClose = 0x04000000
	const sharingViolation = syscall.Errno(32)
	name, err := syscall.UTF16PtrFromString(filepath.Join(t.root.Name(), ".policygen.lock"))
	if err != nil {
		return nil, fmt.Errorf("locking the root %q: %w", t.name, err)
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, deleteOnClose, 0)
	switch {
	case err == nil:
		return func() { syscall.CloseHandle(h) }, nil
	case errors.Is(err, sharingViolation):
		return nil, fmt.Errorf("another policygen is writing to the root %q; wait for it and run again", t.name)
	}
	return nil, fmt.Errorf("locking the root %q: %w", t.name, err)
}
