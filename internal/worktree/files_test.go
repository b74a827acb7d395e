package worktree

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// filesIn opens the files below a new folder, which has a link that leads out of it.
func filesIn(t *testing.T) (dir string, files Files) {
	t.Helper()
	outside := t.TempDir()
	dir = t.TempDir()
	for name, text := range map[string]string{
		filepath.Join(outside, "secret"): "x", filepath.Join(dir, "a"): "1", filepath.Join(dir, "sub/deep/b"): "22", filepath.Join(dir, "sub/c"): "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"sub/out": outside, "sub/secret": filepath.Join(outside, "secret"), "sub/within": "deep/b"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return dir, files
}

// Files are read as fs.FS wants it, from the root and from a folder that was opened.
func TestFiles(t *testing.T) {
	dir, files := filesIn(t)
	for _, link := range []string{"sub/out", "sub/secret"} { // lead out, so that nothing can be opened there
		if err := os.Remove(filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := fstest.TestFS(files, "a", "sub/c", "sub/deep/b", "sub/within"); err != nil {
		t.Error(err)
	}
	sub, err := fs.Sub(files, "sub/deep")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(sub, "b"); err != nil {
		t.Error(err)
	}
	if err := sub.(io.Closer).Close(); err != nil {
		t.Error(err)
	}
	if _, err := fs.ReadFile(sub, "b"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("reading in a folder that was closed: %v", err)
	}
	if text, err := fs.ReadFile(files, "sub/deep/b"); err != nil || string(text) != "22" {
		t.Errorf("reading after a folder was closed: %q, %v", text, err)
	}
}

// What a link leads to outside is neither opened nor entered, and a folder tells it as a link.
func TestFilesStayInside(t *testing.T) {
	_, files := filesIn(t)
	sub, err := fs.Sub(files, "sub")
	if err != nil {
		t.Fatal(err)
	}
	defer sub.(io.Closer).Close()
	for name, in := range map[string]fs.FS{"secret": sub, "out/secret": sub, "sub/secret": files, "sub/out/secret": files, "../a": sub} {
		if text, err := fs.ReadFile(in, name); err == nil {
			t.Errorf("%s is read: %q", name, text)
		}
		if f, err := in.Open(name); err == nil {
			t.Errorf("%s is opened: %v", name, f)
		}
	}
	for _, dir := range []string{"sub/out", "..", "none", "a"} {
		if f, err := fs.Sub(files, dir); err == nil {
			t.Errorf("%s is entered: %v", dir, f)
		}
	}
	entries, err := fs.ReadDir(sub, ".")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]fs.FileMode{"c": 0, "deep": fs.ModeDir, "out": fs.ModeSymlink, "secret": fs.ModeSymlink, "within": fs.ModeSymlink}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || e.Type() != kinds[e.Name()] || info.Mode().Type() != kinds[e.Name()] {
			t.Errorf("%s is a %v, %v, %v", e.Name(), e.Type(), info, err)
		}
	}
	if len(entries) != len(kinds) {
		t.Errorf("the folder has %v", entries)
	}
}
