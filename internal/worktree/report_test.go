//go:build unix

package worktree

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestSave(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	for _, content := range []string{"one", "two, longer", ""} {
		if err := Save(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != content {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("other files are left: %v, %v", entries, err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Save(name, []byte("three")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode changed: %v, %v", info.Mode(), err)
	}
}

func TestSaveRefuses(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	for name, make := range map[string]func(string) error{
		"link":   func(n string) error { return os.Symlink(target, n) },
		"folder": func(n string) error { return os.Mkdir(n, 0o777) },
		"pipe":   func(n string) error { return syscall.Mkfifo(n, 0o666) },
	} {
		file := filepath.Join(dir, name)
		if err := make(file); err != nil {
			t.Fatal(err)
		}
		if err := Save(file, []byte("x")); err == nil || !strings.Contains(err.Error(), "there is a") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("a link was followed")
	}
	if err := Save(filepath.Join(dir, "nowhere", "file"), nil); err == nil {
		t.Error("a folder that does not exist is no error")
	}
}

func TestAppend(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "summary.md")
	for range 2 {
		if err := Append(name, []byte("line\n")); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "line\nline\n" {
		t.Errorf("got %q, %v", got, err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Append(pipe, []byte("x")); err == nil {
		t.Error("a pipe is written to")
	}
}
