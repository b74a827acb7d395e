package worktree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindRoot(t *testing.T) {
	base := t.TempDir()
	put(t, base, "repo/.git/HEAD", "")
	put(t, base, "repo/sub/tree/.git", "gitdir: elsewhere")
	put(t, base, "repo/sub/tree/deep/file", "")
	for dir, want := range map[string]string{
		"repo": "repo", "repo/sub": "repo", "repo/not/there": "repo",
		"repo/sub/tree": "repo/sub/tree", "repo/sub/tree/deep": "repo/sub/tree",
	} {
		root, found := FindRoot(filepath.Join(base, dir))
		if !found || root != filepath.Join(base, want) {
			t.Errorf("%s: %q %v", dir, root, found)
		}
	}
	if root, found := FindRoot("/"); found {
		t.Errorf("the root of the file system is in a repository at %q", root)
	}
	t.Chdir(filepath.Join(base, "repo/sub"))
	if root, _ := FindRoot("."); root != filepath.Join(base, "repo") {
		t.Errorf("from a relative folder: %q", root)
	}
}

func TestWriteFile(t *testing.T) {
	base := t.TempDir()
	name := filepath.Join(base, "new/folder/report.json")
	must(t, writeFile(name, []byte("1")))
	must(t, os.Chmod(name, 0o750))
	must(t, writeFile(name, []byte("2")))
	info, err := os.Stat(name)
	must(t, err)
	if mustRead(t, name) != "2" || info.Mode() != 0o750 {
		t.Errorf("got %q, %v", mustRead(t, name), info.Mode())
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) != 1 {
		t.Errorf("got %v %v", entries, err)
	}
	t.Chdir(base)
	must(t, writeFile("here", []byte("3")))
	if mustRead(t, filepath.Join(base, "here")) != "3" {
		t.Error("not written to the current folder")
	}
}

func TestWriteFileErrors(t *testing.T) {
	base := t.TempDir()
	put(t, base, "file", "precious")
	must(t, os.Mkdir(base+"/folder", 0o777))
	must(t, os.Symlink("file", base+"/link"))
	for name, want := range map[string]string{
		base + "/folder": "there is a folder",
		base + "/link":   "there is a symbolic link",
		base + "/file/x": "not a directory",
	} {
		if err := writeFile(name, []byte("x")); err == nil || !strings.Contains(err.Error(), base) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if mustRead(t, base+"/file") != "precious" {
		t.Error("the file behind the link changed")
	}
	if _, err := Write(base+"/file", []Artifact{artifact("a", "")}, Options{}); err == nil || !strings.HasSuffix(err.Error(), "not a directory") {
		t.Errorf("a file as root: %v", err)
	}
	if _, err := Compare(base+"/file", nil); err == nil || !strings.HasSuffix(err.Error(), "not a directory") {
		t.Errorf("a file as root: %v", err)
	}
}
