package outpath

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestRefuse(t *testing.T) {
	long := strings.Repeat("x", 256)
	for path, want := range map[string]string{
		"tests/run.sh": "", "run.sh": "", "a..b/c": "", ".github/workflows/t.yml": "", "..a": "", "ä/ß": "", "a/git/x": "", long[1:]: "",
		"": "empty", "..": "leaves", "../x": "leaves", "a/../../x": "leaves", ".": "root itself", "a/..": "root itself", "a/": "is a folder",
		"/etc/passwd": "absolute", "a//b": "shortest", "./a": "shortest", "a/./b": "shortest", "a/../b": "shortest",
		".git/x": "in .git", ".GIT/x": "in .git", "a/.git/x.md": "in .git", ".git": "in .git",
		".policygen/manifest.json": "in .policygen", "a.md/.policygen/x.md": "in .policygen",
		"a\x7fb": "control character", "a\nb": "control character", `a\b`: "backslash", "a\xff": "UTF-8", "d/" + long: "255 bytes",
		".policygen-0123456789abcdef.tmp": "temporary file", "d/.policygen-0123456789abcdef.tmp": "temporary file", ".policygen-x.tmp": "",
	} {
		why, help := Refuse(path)
		if (why == "") != (want == "") || !strings.Contains(why, want) || (why == "") != (help == "") {
			t.Errorf("%q: got %q and %q, want %q", path, why, help, want)
		}
	}
}

// FuzzRefuse holds that whatever is let through is a path that Go's own file systems take.
func FuzzRefuse(f *testing.F) {
	for _, path := range []string{"a/b.md", "../a", "a//b", ".git/x", "a\\b", "a\x00", "\xff"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if why, _ := Refuse(path); why == "" && (!fs.ValidPath(path) || path == "." || IsTemp(path)) {
			t.Errorf("%q got through", path)
		}
	})
}

func TestRelations(t *testing.T) {
	if !Same("d/Run.sh", "D/run.SH") || Same("a", "b") || Same("a", "a/b") {
		t.Error("Same is wrong")
	}
	if !Within("D/a/b", "d/A") || Within("d/ab", "d/a") || Within("d/a", "d/a") || Within("d", "d/a") {
		t.Error("Within is wrong")
	}
	if got := Folders("a/b/c"); !slices.Equal(got, []string{"a", "a/b"}) || Folders("a") != nil {
		t.Errorf("got %q", got)
	}
	if name := Temp(); !IsTemp(name) || IsTemp("x"+name) || name == Temp() {
		t.Errorf("%q is no temporary name of its own", name)
	}
}
