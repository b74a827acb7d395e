package worktree

import (
	"path/filepath"
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
