package worktree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReplace(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	write("a.txt", "old a\n", 0o644)
	write("sub/b.sh", "old b\n", 0o755)
	edits := []Rewrite{{"a.txt", []byte("old a\n"), []byte("new a\n")}, {"sub/b.sh", []byte("old b\n"), []byte("new b\n")}}

	write("sub/b.sh", "somebody's\n", 0o755)
	if err := Replace(root, edits); err == nil || !strings.Contains(err.Error(), `"sub/b.sh": somebody else changed it`) {
		t.Errorf("a file that changed: %v", err)
	}
	if read("a.txt") != "old a\n" || read("sub/b.sh") != "somebody's\n" {
		t.Error("something was written although one of the files had changed")
	}

	write("sub/b.sh", "old b\n", 0o755)
	if err := Replace(root, edits); err != nil {
		t.Fatal(err)
	}
	if read("a.txt") != "new a\n" || read("sub/b.sh") != "new b\n" {
		t.Errorf("%q, %q", read("a.txt"), read("sub/b.sh"))
	}
	if info, err := os.Stat(filepath.Join(root, "sub/b.sh")); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("the mode is gone: %v, %v", info.Mode(), err)
	}

	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := os.WriteFile(outside, []byte("old\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(root, "link.txt")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"link.txt": "a symbolic link", "none.txt": "it is gone", "sub": "a folder"} {
		err := Replace(root, []Rewrite{{name, []byte("old\n"), []byte("new\n")}, {"a.txt", []byte("new a\n"), []byte("newer\n")}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", name, err, want)
		}
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "old\n" || read("a.txt") != "new a\n" {
		t.Errorf("something was written: %q, %v", text, err)
	}
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) != 3 {
		t.Errorf("leftovers: %v, %v", entries, err)
	}
}
