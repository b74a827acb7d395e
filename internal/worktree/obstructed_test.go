//go:build unix

package worktree

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestObstructed(t *testing.T) {
	tests := []struct {
		name        string
		block       func(t *testing.T, root, outside string)
		want        string
		overwritten bool
	}{
		{"folder", func(t *testing.T, root, _ string) { put(t, root, "d/a/inside", "mine") }, "a folder", false},
		{"empty folder", func(t *testing.T, root, _ string) { must(t, os.MkdirAll(root+"/d/a", 0o777)) }, "a folder", false},
		{"file on the way", func(t *testing.T, root, _ string) { put(t, root, "d", "mine") }, `a file where the folder "d" should be`, false},
		{"link on the way out", func(t *testing.T, root, out string) { must(t, os.Symlink(out, root+"/d")) }, `a symbolic link where the folder "d" should be`, false},
		{"link on the way", func(t *testing.T, root, _ string) {
			must(t, os.Mkdir(root+"/real", 0o777))
			must(t, os.Symlink("real", root+"/d"))
		}, `a symbolic link where the folder "d" should be`, false},
		{"link out", inFolder(func(root, out string) error { return os.Symlink(out+"/victim", root+"/d/a") }), "a symbolic link", true},
		{"dangling link", inFolder(func(root, out string) error { return os.Symlink(out+"/nothing", root+"/d/a") }), "a symbolic link", true},
		{"named pipe", inFolder(func(root, _ string) error { return syscall.Mkfifo(root+"/d/a", 0o666) }), "a named pipe", true},
		{"socket", inFolder(func(root, _ string) error { return syscall.Mknod(root+"/d/a", syscall.S_IFSOCK|0o666, 0) }), "a socket", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root, outside := t.TempDir(), t.TempDir()
			put(t, outside, "victim", "precious")
			test.block(t, root, outside)
			render := []Artifact{artifact("d/a", "ours\n"), artifact("e", "e\n")}
			expect(t, verdicts(t, root, render), "d/a: obstructed, there is "+test.want, "e: missing")
			checkObstructed(t, root, render, test.overwritten)
			if got := snapshot(t, outside); len(got) != 2 || !strings.HasSuffix(got["victim"], "precious") {
				t.Errorf("outside of the root there is now %q", got)
			}
		})
	}
}

// A device is told by looking alone: a test that is wrong about it must not be able to replace one.
func TestDevice(t *testing.T) {
	dev, err := openTree("/dev")
	must(t, err)
	defer dev.close()
	if at, err := dev.look("null"); err != nil || at.obstacle != "a device" || at.content != nil {
		t.Errorf("got %+v, %v", at, err)
	}
}

func inFolder(block func(root, outside string) error) func(*testing.T, string, string) {
	return func(t *testing.T, root, outside string) {
		must(t, os.Mkdir(root+"/d", 0o777))
		must(t, block(root, outside))
	}
}

func checkObstructed(t *testing.T, root string, render []Artifact, overwritten bool) {
	t.Helper()
	was := snapshot(t, root)
	for _, o := range []Options{{}, {Overwrite: []string{"d/a"}}} {
		_, err := Write(root, render, proved, o)
		if overwritten && o.Overwrite != nil {
			must(t, err)
			expect(t, verdicts(t, root, render), "d/a: ok", "e: ok")
			return
		}
		if err == nil || !strings.Contains(err.Error(), "d/a: obstructed: there is a ") {
			t.Errorf("with %+v: %v", o, err)
		}
		sameSnapshot(t, was, snapshot(t, root))
	}
}

// A link in place of a file of which only blocks are policygen's is never replaced: what is around the blocks stands behind it.
func TestPartialBehindLink(t *testing.T) {
	root := t.TempDir()
	put(t, root, "real/x.md", "mine\n"+block("a", ""))
	must(t, os.Symlink("real/x.md", root+"/x.md"))
	render := []Artifact{partial("x.md", "a", "1\n")}
	was := snapshot(t, root)
	for _, overwrite := range [][]string{nil, {"x.md"}} {
		_, err := Write(root, render, proved, Options{Overwrite: overwrite})
		const want = "nothing was written, since work of others would be lost:\n    x.md: obstructed: there is a symbolic link; " +
			"blocks stand in a file, not behind a link: name the file itself as the target's path"
		if err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
		sameSnapshot(t, was, snapshot(t, root))
	}
	write(t, root, []Artifact{partial("real/x.md", "a", "1\n")})
	if got := mustRead(t, root+"/real/x.md"); got != "mine\n"+block("a", "1\n") {
		t.Errorf("got %q", got)
	}
}

// What policygen wrote itself and no target renders any more is no riddle where it is in the way.
func TestOwnOrphanInTheWay(t *testing.T) {
	file, below := []Artifact{artifact("docs", "1\n")}, []Artifact{artifact("docs/t.md", "1\n")}
	for _, test := range []struct {
		before, after []Artifact
		help, remove  string
	}{
		{file, below, `docs/t.md: obstructed: there is a file where the folder "docs" should be; remove "docs", which policygen wrote and no target renders any more, and run again`, "docs"},
		{below, file, `docs: obstructed: there is a folder; no target renders "docs/t.md" any more, which policygen wrote: remove it and the folder "docs", and run again`, "docs"},
	} {
		root := t.TempDir()
		write(t, root, test.before)
		_, err := Write(root, test.after, proved, Options{})
		if err == nil || !strings.HasSuffix(err.Error(), test.help) {
			t.Errorf("got  %v\nwant %s", err, test.help)
		}
		must(t, os.RemoveAll(root+"/"+test.remove))
		write(t, root, test.after)
		checkExactly(t, root, test.after)

		root = t.TempDir() // a person's file gets no such help
		write(t, root, test.before)
		put(t, root, test.before[0].Path, "mine")
		if _, err := Write(root, test.after, proved, Options{}); err == nil || strings.Contains(err.Error(), "run again") {
			t.Errorf("got %v", err)
		}
	}
}
