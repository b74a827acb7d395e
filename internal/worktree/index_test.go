package worktree

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// repository returns the top of a new git repository and a way to run git there.
func repository(t *testing.T) (top string, run func(args ...string) string) {
	t.Helper()
	testrun.Program(t, "git")
	top = t.TempDir()
	for _, v := range os.Environ() { // these tests may run in a hook themselves
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			value := os.Getenv(name)
			os.Unsetenv(name)
			t.Cleanup(func() { os.Setenv(name, value) })
		}
	}
	run = func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=n", "-c", "user.email=n@example.org"}, args...)...)
		cmd.Dir = top
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
		return string(out)
	}
	run("init", "--quiet")
	return top, run
}

func openIndex(t *testing.T, dir string) *Index {
	t.Helper()
	x, err := OpenIndex(dir)
	must(t, err)
	t.Cleanup(func() { must(t, x.Close()) })
	return x
}

func stagedVerdicts(t *testing.T, dir, folder string, artifacts []Artifact) []string {
	t.Helper()
	changes, err := openIndex(t, dir).Compare(folder, artifacts)
	must(t, err)
	var list []string
	for _, c := range changes {
		list = append(list, c.String())
	}
	return list
}

// What is staged is judged as a folder with the same files would be, whatever the work tree holds.
func TestIndexCompare(t *testing.T) {
	top, run := repository(t)
	was := []Artifact{
		artifact("a", "1\n"), script("d/ü b.sh", "1\n"), artifact("gone", "1\n"), artifact("left", "1\n"), artifact("link", "1\n"), artifact("stale", "1\n"),
		partial("page.md", "x", "1\n"),
	}
	write(t, top, was)
	must(t, os.Remove(top+"/link"))
	must(t, os.Symlink("a", top+"/link"))
	put(t, top, "page.md", "me\n"+block("x", "1\n"))
	put(t, top, "a", "mine\n")
	put(t, top, "new/in/file", "mine\n")
	run("add", "--all")
	run("rm", "--quiet", "--cached", "gone")
	run("update-index", "--chmod=-x", "d/ü b.sh")
	run("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	must(t, os.RemoveAll(top+"/d"))
	put(t, top, "a", "1\n")
	render := slices.Concat(was[:3], was[4:5], []Artifact{
		artifact("stale", "2\n"), partial("page.md", "x", "2\n"), artifact("new", "1\n"), artifact("sub/x", "1\n"), artifact("link/y", "1\n")})
	render = slices.DeleteFunc(render, func(a Artifact) bool { return a.Path == "link" })
	want := []string{
		"a: edited", "d/ü b.sh: ok, wrong mode", "gone: missing", "left: orphan, unmodified", "link: orphan, there is a symbolic link",
		`link/y: obstructed, there is a symbolic link where the folder "link" should be`, "new: obstructed, there is a folder", "page.md: stale", "stale: stale",
		`sub/x: obstructed, there is a submodule where the folder "sub" should be`,
	}
	status := run("status", "--porcelain")
	expect(t, stagedVerdicts(t, top, ".", render), want...)
	expect(t, stagedVerdicts(t, top+"/new/in", ".", render), want...)
	if got := run("status", "--porcelain"); got != status {
		t.Errorf("the status was\n%s\nand is\n%s", status, got)
	}
}

func TestIndexBelowTop(t *testing.T) {
	top, run := repository(t)
	render := []Artifact{artifact("d/a", "1\n")}
	write(t, top+"/out", render)
	run("add", "--all")
	expect(t, stagedVerdicts(t, top, "out", render), "d/a: ok")
	expect(t, stagedVerdicts(t, top, "elsewhere", render), "d/a: missing")
}

func TestIndexOfMerge(t *testing.T) {
	top, run := repository(t)
	for _, branch := range []string{"one", "two"} {
		run("checkout", "--quiet", "--orphan", branch)
		put(t, top, "a", branch+"\n")
		run("add", "--all")
		run("commit", "--quiet", "--message", branch)
	}
	cmd := exec.Command("git", "merge", "--quiet", "--allow-unrelated-histories", "one")
	cmd.Dir = top
	if cmd.Run() == nil {
		t.Fatal("the merge went through")
	}
	expect(t, stagedVerdicts(t, top, ".", []Artifact{artifact("a", "1\n")}), "a: obstructed, there is a merge conflict that is not resolved")
}

func TestIndexOfNothing(t *testing.T) {
	top, _ := repository(t)
	expect(t, stagedVerdicts(t, top, ".", []Artifact{artifact("a", "1\n")}), "a: missing")
	if _, err := openIndex(t, top).Read("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestIndexNames(t *testing.T) {
	top, run := repository(t)
	put(t, top, "d/a", "1")
	must(t, os.Symlink("d", top+"/link"))
	run("add", "--all")
	x := openIndex(t, top)
	for file, want := range map[string]string{
		top: ".", top + "/d/a": "d/a", top + "/link/a": "d/a", top + "/link": "link", top + "/not/there": "not/there", top + "/d/../e": "e",
		filepath.Dir(top): "", os.TempDir(): "",
	} {
		if got, inside := x.Name(file); got != want || inside != (want != "") {
			t.Errorf("%s: %q %v, want %q", file, got, inside, want)
		}
	}
	if got, err := x.Read("d/a"); string(got) != "1" {
		t.Errorf("got %q, %v", got, err)
	}
	for name, want := range map[string]string{"link": "git's index has a symbolic link there", "d": "git's index has a folder there", "x": "it is not staged"} {
		if _, err := x.Read(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoRepository(t *testing.T) {
	top, _ := repository(t)
	for _, dir := range []string{t.TempDir(), top + "/.git"} {
		var outside *NoRepositoryError
		if _, err := OpenIndex(dir); !errors.As(err, &outside) || outside.Reason == "" {
			t.Errorf("%s: %v", dir, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := OpenIndex(top); err == nil || err.Error() != "reading what is staged needs git, and there is none on PATH" {
		t.Errorf("got %v", err)
	}
}

// Whatever GIT_* says, the repository is that of the folder; of an index only one beside its own counts.
func TestGitEnvironment(t *testing.T) {
	top, run := repository(t)
	other, runOther := repository(t)
	put(t, top, "a", "1\n")
	put(t, other, "b", "1\n")
	run("add", "--all")
	runOther("add", "--all")
	text, err := os.ReadFile(other + "/.git/index")
	must(t, err)
	must(t, os.WriteFile(top+"/.git/next-index-1.lock", text, 0o644))
	must(t, os.WriteFile(top+"/.git/objects/index", text, 0o644))
	t.Setenv("GIT_DIR", other+"/.git")
	t.Setenv("GIT_WORK_TREE", other)
	t.Setenv("GIT_OBJECT_DIRECTORY", other+"/.git/objects")
	for index, want := range map[string]string{
		"": "a", other + "/.git/index": "a", top + "/.git/objects/index": "a", "nowhere/index": "a", ".git/index": "a",
		top + "/.git/next-index-1.lock": "b", ".git/next-index-1.lock": "b",
	} {
		t.Setenv("GIT_INDEX_FILE", index)
		x := openIndex(t, top)
		if _, found := x.entries[want]; len(x.entries) != 1 || !found {
			t.Errorf("with the index %q: %v", index, x.entries)
		}
	}
}

// An object that the index names and the repository has not is an error with the path, and the next one can still be read.
func TestIndexWithoutObject(t *testing.T) {
	top, run := repository(t)
	put(t, top, "b", "1\n")
	run("add", "--all")
	run("update-index", "--add", "--cacheinfo", "100644,"+strings.Repeat("1", 40)+",a")
	x := openIndex(t, top)
	if _, err := x.Read("a"); err == nil || !strings.HasPrefix(err.Error(), `reading the staged "a": git has not the object: 1111`) {
		t.Errorf("got %v", err)
	}
	if got, err := x.Read("b"); string(got) != "1\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
