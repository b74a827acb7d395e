package worktree

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestWriteRefusesAllOrNothing(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{artifact("edited", "1"), artifact("orphan", "1"), artifact("stale", "1")})
	put(t, root, "edited", "mine")
	put(t, root, "orphan", "mine")
	put(t, root, "foreign", "mine")
	render := []Artifact{artifact("edited", "1"), artifact("foreign", "2"), artifact("new", "2"), artifact("stale", "2")}
	was := snapshot(t, root)

	_, err := Write(root, render, proved, Options{Overwrite: []string{"edited", "orphan"}})
	var refused *RefusedError
	if !errors.As(err, &refused) || len(refused.Changes) != 1 || refused.Changes[0].Path != "foreign" {
		t.Errorf("two of three given up: %v", err)
	}
	_, err = Write(root, render, proved, Options{})
	for _, want := range []string{"edited: edited: ", "foreign: foreign: ", "orphan: orphan: "} {
		if !strings.Contains(fmt.Sprint(err), "\n    "+want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	sameSnapshot(t, was, snapshot(t, root))
	write(t, root, render, "edited", "orphan", "foreign")
	expect(t, verdicts(t, root, render), "edited: ok", "foreign: ok", "new: ok", "stale: ok")
}

func TestOverwriteOfNothing(t *testing.T) {
	root := t.TempDir()
	render := []Artifact{artifact("d/a", "1")}
	for range 2 { // with and without something to write
		_, err := Write(root, render, proved, Options{Overwrite: []string{"d", "./d/a"}})
		var wrong *OverwriteError
		if !errors.As(err, &wrong) || wrong.Path != "d" || !strings.Contains(err.Error(), `"./d/a"`) {
			t.Errorf("got %v", err)
		}
		write(t, root, render, "d/a")
	}
}

func TestWriteRecordsWhatIsOk(t *testing.T) {
	root := t.TempDir()
	render := []Artifact{artifact("a", "1")}
	put(t, root, "a", "1")
	write(t, root, render)
	next := []Artifact{artifact("a", "2")}
	expect(t, verdicts(t, root, next), "a: stale")
}

// The text of the manifest is a contract with every checkout there is.
func TestManifestAfterWrite(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{script("z/run.sh", "\r\n"), artifact("a", "\n")})
	const newline = "sha256:01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"
	want := `{
  "version": 1,
  "files": {
    "a": {
      "digest": "` + newline + `",
      "mode": "0644",
      "target": "t"
    },
    "z/run.sh": {
      "digest": "` + newline + `",
      "mode": "0755",
      "target": "t"
    }
  }
}
`
	if got := mustRead(t, root+"/"+ManifestPath); got != want {
		t.Errorf("got %s", got)
	}
}

func TestOrphansLeaveNoEmptyFolders(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{artifact("a/b/c/x", ""), artifact("p/q/x", ""), artifact("top", "")})
	put(t, root, "p/mine", "mine")
	write(t, root, nil)
	is := snapshot(t, root)
	for _, gone := range []string{"a", "a/b", "p/q", "top"} {
		if _, ok := is[gone]; ok {
			t.Errorf("%s is still there", gone)
		}
	}
	if !strings.HasSuffix(is["p/mine"], "mine") {
		t.Error("p/mine is gone")
	}
}

// Where case does not count, the new spelling of a path and the orphan of the old one are one file;
// two links to one file look just the same.
func TestOrphanThatIsTheArtifact(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{artifact("Run.sh", "1")})
	must(t, os.Link(root+"/Run.sh", root+"/run.sh"))
	render := []Artifact{artifact("run.sh", "1")}
	expect(t, verdicts(t, root, render), "Run.sh: orphan, gone", "run.sh: ok, not recorded")
	write(t, root, render)
	if _, err := os.Lstat(root + "/Run.sh"); err != nil {
		t.Errorf("the artifact was removed under its old name: %v", err)
	}
}

func TestModes(t *testing.T) {
	tests := []struct {
		name       string
		have, want os.FileMode
		mode       os.FileMode // of the artifact
	}{
		{"made executable for all who read", 0o664, 0o775, 0o755},
		{"private and executable", 0o600, 0o700, 0o755},
		{"no longer executable", 0o775, 0o664, 0o644},
		{"kept", 0o660, 0o660, 0o644},
	}
	for _, content := range []string{"old", "new"} { // by rewriting, and by chmod alone
		for _, test := range tests {
			root := t.TempDir()
			write(t, root, []Artifact{artifact("a", "old")})
			must(t, os.Chmod(root+"/a", test.have))
			write(t, root, []Artifact{{Path: "a", Mode: test.mode, Content: []byte(content)}})
			info, err := os.Stat(root + "/a")
			must(t, err)
			if info.Mode() != test.want || mustRead(t, root+"/a") != content {
				t.Errorf("%s: %v is now %v", test.name, test.have, info.Mode())
			}
		}
	}
}

func TestLeftovers(t *testing.T) {
	root := t.TempDir()
	render := []Artifact{artifact("d/a", "1")}
	write(t, root, render)
	const ours = ".policygen-0123456789abcdef.tmp"
	others := []string{".policygen-mine.tmp", ".policygen-0123456789ABCDEF.tmp", "x.policygen-0123456789abcdef.tmp", "d/deeper/" + ours, "elsewhere/" + ours}
	for _, name := range others {
		put(t, root, "d/"+name, "mine")
	}
	put(t, root, "d/"+ours, "half")
	put(t, root, ".policygen/"+ours, "half")
	expect(t, verdicts(t, root, render), "d/a: ok")
	write(t, root, render)
	is := snapshot(t, root)
	if is["d/"+ours] != "" || is[".policygen/"+ours] != "" {
		t.Error("a temporary file stays")
	}
	for _, name := range others {
		if is["d/"+name] == "" {
			t.Errorf("d/%s was removed", name)
		}
	}
	checkIdle(t, root, render)
}

// crash stops a Write before its n-th step as a kill would: nothing tidies up.
func crash(t *testing.T, root string, artifacts []Artifact, n int) (finished bool) {
	t.Helper()
	type killed struct{}
	defer func() {
		if r := recover(); r != nil && r != any(killed{}) {
			panic(r)
		}
	}()
	_, err := Write(root, artifacts, proved, Options{testOnlyStep: func() {
		if n--; n < 0 {
			panic(killed{})
		}
	}})
	must(t, err)
	return true
}

// generations are three renders that add, change, move, drop and make executable.
func generations() [3][]Artifact {
	return [3][]Artifact{
		{artifact("a", "a1\n"), artifact("d/b", "b1\n"), artifact("d/c", "c1\n"), artifact("only/first", "f\n"), blocksOnly("p.md", "x", "1\n")},
		{artifact("a", "a2\n"), script("d/b", "b1\n"), artifact("e/c", "c1\n"), artifact("only/second", "s\n"), blocksOnly("q.md", "x", "1\n")},
		{script("a", "a3\n"), artifact("d/b", "b3\n"), artifact("d/c", "c1\n"), blocksOnly("q.md", "x", "2\n")},
	}
}

// Killed before any step, then killed again under a third policy: every file is whole, all of it is still
// known as ours, and one more Write brings any of the three renders about.
func TestCrashAtEveryStep(t *testing.T) {
	renders := generations()
	known := map[string]bool{}
	for _, a := range append(append(renders[0], renders[1]...), renders[2]...) {
		known[a.Path+"\x00"+string(a.Content)] = true
	}
	steps := 0
	for first := 0; ; first++ {
		for second := 0; ; second += 3 {
			root := scratch(t)
			write(t, root, renders[0])
			finished := crash(t, root, renders[1], first)
			checkWhole(t, root, known)
			again := crash(t, root, renders[2], second)
			checkWhole(t, root, known)
			last := renders[(first+second)%3]
			write(t, root, last)
			for _, v := range verdicts(t, root, last) {
				if !strings.HasSuffix(v, ": ok") {
					t.Fatalf("killed at %d and %d: %s", first, second, v)
				}
			}
			checkExactly(t, root, last)
			if steps++; again && !finished {
				break
			}
			if finished && again {
				t.Logf("%d pairs of kills", steps)
				return
			}
		}
	}
}

// Killed before any step, a Write that makes a partial file of a whole one, or that fills what a person left to it, knows the file again.
func TestCrashBeforePartial(t *testing.T) {
	render := []Artifact{partial("x.md", "a", "1\n", "b", "2\n")}
	for _, start := range []func(root string){
		func(root string) { write(t, root, []Artifact{artifact("x.md", "all\n")}) },
		func(root string) { put(t, root, "x.md", block("a", "")+block("b", "\n")) },
		func(root string) { put(t, root, "x.md", block("a", "1\n")+block("b", "")) },
		func(root string) { write(t, root, []Artifact{partial("x.md", "a", "0\n", "b", "2\n", "c", "3\n")}) },
		func(root string) {
			write(t, root, []Artifact{partial("x.md", "a", "0\n")})
			put(t, root, "x.md", block("a", "0\n")+block("b", "2\n"))
		},
		func(root string) {
			write(t, root, []Artifact{artifact("x.md", "all\n")})
			put(t, root, "x.md", "mine"+"\n"+block("a", "")+block("b", "2\n"))
		},
	} {
		for n := 0; ; n++ {
			root := scratch(t)
			start(root)
			finished := crash(t, root, render, n)
			write(t, root, render)
			expect(t, verdicts(t, root, render), "x.md: ok")
			if finished {
				break
			}
		}
	}
}

// checkWhole proves that every file has a content that some render gave it.
func checkWhole(t *testing.T, root string, known map[string]bool) {
	t.Helper()
	for name, text := range snapshot(t, root) {
		mode, content, file := strings.Cut(text, " ")
		if !file || strings.HasPrefix(mode, "d") || name == ManifestPath || strings.HasSuffix(name, ".tmp") {
			continue
		}
		if !known[name+"\x00"+content] {
			t.Fatalf("%s is not whole: %q", name, content)
		}
	}
}

// checkExactly proves that the root holds the artifacts and a settled manifest, and no other file.
func checkExactly(t *testing.T, root string, artifacts []Artifact) {
	t.Helper()
	is := snapshot(t, root)
	for _, a := range artifacts {
		mode, content := asWritten(a)
		if want := mode.String() + " " + content; is[a.Path] != want {
			t.Fatalf("%s is %q, want %q", a.Path, is[a.Path], want)
		}
		delete(is, a.Path)
	}
	if want := (manifest{}).settled(artifacts).encode(); !strings.HasSuffix(is[ManifestPath], string(want)) {
		t.Fatalf("the manifest is not settled: %s", is[ManifestPath])
	}
	delete(is, ManifestPath)
	for name, text := range is {
		if !strings.HasPrefix(text, "d") {
			t.Fatalf("%s stays: %q", name, text)
		}
	}
}

// Between two renders that did not finish, a person's work is as safe as ever.
func TestEditAfterCrash(t *testing.T) {
	renders := generations()
	for n := 0; ; n++ {
		root := scratch(t)
		write(t, root, renders[0])
		if crash(t, root, renders[1], n) {
			return
		}
		put(t, root, "a", "mine")
		for _, render := range renders {
			var refused *RefusedError
			if _, err := Write(root, render, proved, Options{}); !errors.As(err, &refused) || mustRead(t, root+"/a") != "mine" {
				t.Fatalf("killed at %d: %v", n, err)
			}
		}
		// Once the manifest knows both renders of a, an edit of it is in conflict with neither.
		if strings.Contains(mustRead(t, root+"/"+ManifestPath), digest(renders[1][0].Content)) {
			for i, want := range []string{"edited", "edited", "conflict"} {
				if got := verdicts(t, root, renders[i])[0]; !strings.HasPrefix(got, "a: "+want) {
					t.Fatalf("killed at %d: render %d: %s, want %s", n, i, got, want)
				}
			}
		}
	}
}

// What a person writes while a Write is at work is not lost either, whichever step it slips in before:
// the Write stops, or was past the path already.
func TestEditDuringWrite(t *testing.T) {
	renders := generations()
	for _, name := range []string{"a", "d/c", "e/c", "only/first"} {
		for n := 0; ; n++ {
			root := scratch(t)
			write(t, root, renders[0])
			left := n
			_, err := Write(root, renders[1], proved, Options{testOnlyStep: func() {
				if left--; left == -1 {
					put(t, root, name, "mine")
				}
			}})
			if left >= 0 {
				break
			}
			if err != nil && !strings.Contains(err.Error(), "somebody else changed it just now") || mustRead(t, root+"/"+name) != "mine" {
				t.Fatalf("%s before step %d: %v", name, n, err)
			}
			checkNoTemps(t, root)
		}
	}
}

func checkNoTemps(t *testing.T, root string) {
	t.Helper()
	for name := range snapshot(t, root) {
		if strings.HasSuffix(name, ".tmp") {
			t.Errorf("%s stays", name)
		}
	}
}

// A file that was lost is written again; the manifest said so all along and is left alone.
func TestManifestIsNotTouchedInVain(t *testing.T) {
	root := t.TempDir()
	render := []Artifact{artifact("a", "1"), artifact("b", "1")}
	write(t, root, render)
	was := stamps(t, root)[ManifestPath]
	must(t, os.Remove(root+"/a"))
	write(t, root, render)
	if is := stamps(t, root)[ManifestPath]; is != was {
		t.Errorf("the manifest of %s was written again at %s", was, is)
	}
}

func TestTwoAtOnce(t *testing.T) {
	root := t.TempDir()
	write(t, root, generations()[0])
	var second error
	asked := false
	_, err := Write(root, generations()[1], proved, Options{testOnlyStep: func() {
		if !asked {
			asked = true
			_, second = Write(root, generations()[1], proved, Options{})
			write(t, root, generations()[0]) // which has nothing to do and so nothing to wait for
		}
	}})
	must(t, err)
	want := fmt.Sprintf("another policygen is writing to the root %q; wait for it and run again", root)
	if second == nil || second.Error() != want {
		t.Errorf("the second got %v", second)
	}
	checkExactly(t, root, generations()[1])
}

func BenchmarkCompare(b *testing.B) {
	root := b.TempDir()
	var artifacts []Artifact
	for i := range 50 {
		artifacts = append(artifacts, artifact(fmt.Sprintf("d%d/f%d", i%5, i), string(bytes.Repeat([]byte("line\n"), 2000))))
	}
	if _, err := Write(root, artifacts, proved, Options{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Compare(root, artifacts); err != nil {
			b.Fatal(err)
		}
	}
}

// What is proved is what is written or recorded, and that of the look that is acted on: no other Write comes between. What is not
// proved is not written.
func TestProve(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{artifact("ok", "1\n"), artifact("stale", "1\n"), artifact("orphan", "1\n")})
	put(t, root, "unrecorded", "1\n")
	render := []Artifact{artifact("ok", "1\n"), artifact("stale", "2\n"), artifact("new", "1\n"), artifact("unrecorded", "1\n")}
	was := snapshot(t, root)
	wrong := errors.New("wrong")
	var paths []string
	prove := func(dirty ...string) error {
		paths = dirty
		if _, err := Write(root, render, proved, Options{}); err == nil || !strings.Contains(err.Error(), "another policygen is writing") {
			t.Errorf("another write in between: %v", err)
		}
		return wrong
	}
	if _, err := Write(root, render, prove, Options{}); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
	expect(t, paths, "new", "orphan", "stale", "unrecorded")
	sameSnapshot(t, was, snapshot(t, root))
	write(t, root, render)
	never := func(...string) error { t.Error("proved in vain"); return nil }
	if _, err := Write(root, render, never, Options{}); err != nil {
		t.Error(err)
	}
	put(t, root, "stale", "mine\n")
	if _, err := Write(root, render, never, Options{}); err == nil {
		t.Error("written over a person's work")
	}
}
