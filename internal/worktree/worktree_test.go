package worktree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// scratch returns a folder for tests that write much: in memory where there is such a file system,
// since every Write waits for the disk.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "policygen-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func artifact(name, content string) Artifact {
	return Artifact{Path: name, Mode: 0o644, Target: "t", Content: []byte(content)}
}

func script(name, content string) Artifact {
	a := artifact(name, content)
	a.Mode = 0o755
	return a
}

// put writes a file as a person would, with folders on the way.
func put(t *testing.T, root, name, content string) {
	t.Helper()
	full := filepath.Join(root, name)
	must(t, os.MkdirAll(filepath.Dir(full), 0o777))
	must(t, os.WriteFile(full, []byte(content), 0o644))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// proved is the proof of artifacts that need none.
func proved(...string) error { return nil }

func write(t *testing.T, root string, artifacts []Artifact, overwrite ...string) []Change {
	t.Helper()
	changes, err := Write(root, artifacts, proved, Options{Overwrite: overwrite})
	must(t, err)
	return changes
}

func verdicts(t *testing.T, root string, artifacts []Artifact) []string {
	t.Helper()
	changes, err := Compare(root, artifacts)
	must(t, err)
	list := make([]string, len(changes))
	for i, c := range changes {
		list[i] = c.String()
	}
	return list
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// snapshot maps every path under root to its kind, permissions and content.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text += " " + string(content)
		}
		rel, _ := filepath.Rel(root, name)
		all[filepath.ToSlash(rel)] = text
		return nil
	}))
	return all
}

// Every status begins with this root, in which one render was written, and a next render.
func TestStatus(t *testing.T) {
	before := []Artifact{artifact("d/a", "one\n")}
	same, next := before, []Artifact{artifact("d/a", "two\n")}
	tests := []struct {
		name   string
		change func(t *testing.T, root string)
		render []Artifact
		want   []string
		refuse bool
	}{
		{name: "ok", render: same, want: []string{"d/a: ok"}},
		{
			name: "ok with other line endings", render: same, want: []string{"d/a: ok"},
			change: func(t *testing.T, root string) { put(t, root, "d/a", "one\r\n") },
		},
		{
			name: "ok without a manifest", render: same, want: []string{"d/a: ok, not recorded"},
			change: func(t *testing.T, root string) { must(t, os.RemoveAll(filepath.Join(root, ".policygen"))) },
		},
		{
			name: "ok though by a person", render: next, want: []string{"d/a: ok, not recorded"},
			change: func(t *testing.T, root string) { put(t, root, "d/a", "two\n") },
		},
		{
			name: "ok but ours is not the only file", render: []Artifact{same[0], artifact("d/b", "b\n")}, want: []string{"d/a: ok", "d/b: ok, not recorded"},
			change: func(t *testing.T, root string) { put(t, root, "d/b", "b\r\n") },
		},
		{
			name: "ok without a manifest in the wrong mode", render: same, want: []string{"d/a: ok, wrong mode, not recorded"},
			change: func(t *testing.T, root string) {
				must(t, os.RemoveAll(filepath.Join(root, ".policygen")))
				must(t, os.Chmod(filepath.Join(root, "d/a"), 0o755))
			},
		},
		{
			name: "missing", render: next, want: []string{"d/a: missing"},
			change: func(t *testing.T, root string) { must(t, os.RemoveAll(filepath.Join(root, "d"))) },
		},
		{name: "missing and new", render: []Artifact{same[0], artifact("d/b", "")}, want: []string{"d/a: ok", "d/b: missing"}},
		{name: "stale", render: next, want: []string{"d/a: stale"}},
		{
			name: "stale with other line endings", render: next, want: []string{"d/a: stale"},
			change: func(t *testing.T, root string) { put(t, root, "d/a", "one\r\n") },
		},
		{
			name: "script with other line endings", render: []Artifact{same[0], script("d/s", "#!/bin/sh\n")}, want: []string{"d/a: ok", "d/s: stale, its lines end in CRLF"},
			change: func(t *testing.T, root string) {
				write(t, root, []Artifact{same[0], script("d/s", "#!/bin/sh\n")})
				must(t, os.WriteFile(root+"/d/s", []byte("#!/bin/sh\r\n"), 0o755))
			},
		},
		{
			name: "script with other line endings, by a person", render: []Artifact{same[0], artifact("d/s", "#!/bin/sh\n")}, want: []string{"d/a: ok", "d/s: stale, its lines end in CRLF"},
			change: func(t *testing.T, root string) { put(t, root, "d/s", "#!/bin/sh\r\n") },
		},
		{
			name: "edited", render: same, want: []string{"d/a: edited"}, refuse: true,
			change: func(t *testing.T, root string) { put(t, root, "d/a", "mine\n") },
		},
		{
			name: "edited to nothing", render: same, want: []string{"d/a: edited"}, refuse: true,
			change: func(t *testing.T, root string) { put(t, root, "d/a", "") },
		},
		{
			name: "conflict", render: next, want: []string{"d/a: conflict"}, refuse: true,
			change: func(t *testing.T, root string) { put(t, root, "d/a", "mine\n") },
		},
		{
			name: "foreign", render: []Artifact{same[0], artifact("d/b", "b\n")}, want: []string{"d/a: ok", "d/b: foreign"}, refuse: true,
			change: func(t *testing.T, root string) { put(t, root, "d/b", "mine\n") },
		},
		{
			name: "foreign without a manifest", render: next, want: []string{"d/a: foreign"}, refuse: true,
			change: func(t *testing.T, root string) { must(t, os.RemoveAll(filepath.Join(root, ".policygen"))) },
		},
		{name: "orphan", want: []string{"d/a: orphan, unmodified"}},
		{
			name: "orphan edited", want: []string{"d/a: orphan, edited"}, refuse: true,
			change: func(t *testing.T, root string) { put(t, root, "d/a", "mine\n") },
		},
		{
			name: "orphan gone", want: []string{"d/a: orphan, gone"},
			change: func(t *testing.T, root string) { must(t, os.Remove(filepath.Join(root, "d/a"))) },
		},
		{
			name: "wrong mode", render: same, want: []string{"d/a: ok, wrong mode"},
			change: func(t *testing.T, root string) { must(t, os.Chmod(filepath.Join(root, "d/a"), 0o755)) },
		},
		{name: "wrong mode as the policy changed", render: []Artifact{script("d/a", "one\n")}, want: []string{"d/a: ok, wrong mode"}},
		{
			name: "edited in the wrong mode", render: same, want: []string{"d/a: edited, wrong mode"}, refuse: true,
			change: func(t *testing.T, root string) {
				put(t, root, "d/a", "mine")
				must(t, os.Chmod(filepath.Join(root, "d/a"), 0o755))
			},
		},
		{
			name: "permissions that only the umask decides", render: same, want: []string{"d/a: ok"},
			change: func(t *testing.T, root string) { must(t, os.Chmod(filepath.Join(root, "d/a"), 0o660)) },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, before)
			if test.change != nil {
				test.change(t, root)
			}
			expect(t, verdicts(t, root, test.render), test.want...)
			checkWrite(t, root, test.render, test.refuse)
		})
	}
}

// checkWrite proves that Write refuses without a trace, that consent helps, and that it then has nothing to do.
func checkWrite(t *testing.T, root string, render []Artifact, refuse bool) {
	t.Helper()
	was := snapshot(t, root)
	changes, err := Write(root, render, proved, Options{})
	var refused *RefusedError
	if errors.As(err, &refused) != refuse {
		t.Fatalf("Write: %v, want refusal %v", err, refuse)
	}
	if refuse {
		sameSnapshot(t, was, snapshot(t, root))
		var names []string
		for _, c := range refused.Changes {
			names = append(names, c.Path)
		}
		write(t, root, render, names...)
	}
	for _, c := range changes {
		if c.Status == Orphan {
			if _, err := os.Lstat(filepath.Join(root, c.Path)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("orphan %s is still there: %v", c.Path, err)
			}
		}
	}
	for _, v := range verdicts(t, root, render) {
		if !strings.HasSuffix(v, ": ok") {
			t.Errorf("after Write: %s", v)
		}
	}
	checkIdle(t, root, render)
}

// checkIdle proves that Write leaves a finished root alone, to the inode.
func checkIdle(t *testing.T, root string, render []Artifact) {
	t.Helper()
	was := stamps(t, root)
	write(t, root, render)
	sameSnapshot(t, was, stamps(t, root))
}

func stamps(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name := range snapshot(t, root) {
		info, err := os.Lstat(filepath.Join(root, name))
		must(t, err)
		all[name] = info.ModTime().String()
	}
	return all
}

func sameSnapshot(t *testing.T, was, is map[string]string) {
	t.Helper()
	for name := range was {
		if was[name] != is[name] {
			t.Errorf("%s was %q, is %q", name, was[name], is[name])
		}
	}
	for name := range is {
		if _, ok := was[name]; !ok {
			t.Errorf("%s appeared", name)
		}
	}
}

// TestUnrecordedIsNotClean: a Write gives such a file its record and leaves it alone.
func TestUnrecordedIsNotClean(t *testing.T) {
	root := t.TempDir()
	render := []Artifact{artifact("d/a", "one\n")}
	put(t, root, "d/a", "one\r\n")
	was := stamps(t, root)["d/a"]
	changes, err := Compare(root, render)
	must(t, err)
	if c := changes[0]; c.Clean() || !c.Unrecorded || c.Status != OK {
		t.Errorf("clean %v, unrecorded %v: %s", c.Clean(), c.Unrecorded, c)
	}
	write(t, root, render)
	changes, err = Compare(root, render)
	must(t, err)
	if c := changes[0]; !c.Clean() || c.Unrecorded {
		t.Errorf("after Write: %s", c)
	}
	if is := stamps(t, root)["d/a"]; is != was || string(changes[0].Old) != "one\r\n" {
		t.Errorf("the file was touched: %q", changes[0].Old)
	}
	expect(t, verdicts(t, root, []Artifact{artifact("d/a", "two\n")}), "d/a: stale")
}

func TestChangeCarriesBothSides(t *testing.T) {
	root := t.TempDir()
	put(t, root, "a", "")
	put(t, root, "b", "mine\r\n")
	changes, err := Compare(root, []Artifact{artifact("b", "ours\n"), artifact("a", ""), artifact("c", "")})
	must(t, err)
	a, b, c := changes[0], changes[1], changes[2]
	if a.Old == nil || a.New == nil || c.Old != nil || c.New == nil {
		t.Errorf("an empty file and no file must differ: %q %q %q", a.Old, c.Old, c.New)
	}
	if string(b.Old) != "mine\r\n" || string(b.New) != "ours\n" || b.Target != "t" {
		t.Errorf("got %q -> %q of %q", b.Old, b.New, b.Target)
	}
}

// What took the place of an orphan is not ours, so the manifest forgets the path and nothing else happens.
func TestObstructedOrphanIsGone(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{artifact("d/a", "a")})
	must(t, os.Remove(root+"/d/a"))
	put(t, root, "d/a/mine", "mine")
	expect(t, verdicts(t, root, nil), "d/a: orphan, there is a folder")
	write(t, root, nil)
	expect(t, verdicts(t, root, nil))
	if _, ok := snapshot(t, root)["d/a/mine"]; !ok {
		t.Error("a person's file is gone")
	}
}

func TestUnusableArtifacts(t *testing.T) {
	tests := []struct {
		artifacts []Artifact
		want      string
	}{
		{[]Artifact{artifact("a", ""), artifact("a", "")}, `two artifacts have the path "a"`},
		{[]Artifact{artifact("d/Run.sh", ""), artifact("d/run.SH", "")}, "are one file where case does not count"},
		{[]Artifact{artifact("d/a/b", ""), artifact("D/a", "")}, `needs a folder where the artifact "D/a" is a file`},
		{[]Artifact{{Path: "a", Mode: 0o600}}, "has mode 0600; 0644 and 0755 are allowed"},
		{[]Artifact{artifact("/etc/passwd", "")}, "is absolute"},
		{[]Artifact{artifact("a/../../b", "")}, "leaves the project root"},
		{[]Artifact{artifact("", "")}, "is empty"},
		{[]Artifact{artifact(".", "")}, "is the project root itself"},
		{[]Artifact{artifact("a//b", "")}, "is not the shortest way"},
		{[]Artifact{artifact("a\xff", "")}, "is not UTF-8"},
		{[]Artifact{artifact(`a\b`, "")}, "has a backslash"},
		{[]Artifact{artifact("a\nb", "")}, "has a control character"},
		{[]Artifact{artifact(".Git/hooks/pre-commit", "")}, "lies in .git"},
		{[]Artifact{artifact(".policygen/manifest.json", "")}, "lies in .policygen"},
		{[]Artifact{artifact("d/.policygen-0123456789abcdef.tmp", "")}, "has the name of a temporary file"},
	}
	for _, test := range tests {
		root := t.TempDir()
		_, compareErr := Compare(root, test.artifacts)
		_, writeErr := Write(root, test.artifacts, proved, Options{})
		for _, err := range []error{compareErr, writeErr} {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\nwant %q", err, test.want)
			}
		}
		if len(snapshot(t, root)) != 1 {
			t.Errorf("%q: something was written", test.want)
		}
	}
}

func TestCompareWithoutRoot(t *testing.T) {
	root := filepath.Join(t.TempDir(), "not/yet")
	expect(t, verdicts(t, root, []Artifact{artifact("d/a", "")}), "d/a: missing")
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Error("Compare created the root")
	}
	write(t, root, []Artifact{artifact("d/a", "")})
	expect(t, verdicts(t, root, []Artifact{artifact("d/a", "")}), "d/a: ok")
}
