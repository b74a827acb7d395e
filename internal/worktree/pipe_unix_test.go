//go:build unix

package worktree

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Opening a pipe that nobody writes to does not wait for a writer.
func TestFilesOpenPipe(t *testing.T) {
	dir, files := filesIn(t)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		f, err := files.Open("pipe")
		if err == nil {
			err = f.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("opening a pipe waits")
	}
}
