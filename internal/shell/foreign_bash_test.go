package shell

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"policygen/internal/testrun"
)

// shapeFiles is the repository that the scripts of testdata/foreign find around them.
var shapeFiles = fstest.MapFS{
	"ci/lib.sh":                {Data: []byte("LIB_WORKERS=5\nLIB_ARGS=\"$*\"\nlib_run() { pytest lib \"$@\"; }\n"), Mode: 0o644},
	"ci/where.sh":              {Data: []byte("where_am_i() { pytest \"${BASH_SOURCE[0]##*/}\" \"${BASH_SOURCE[1]##*/}\" \"${0##*/}\"; }\n"), Mode: 0o644},
	"ci/early.sh":              {Data: []byte("EARLY=1\nreturn 0\nEARLY=2\n"), Mode: 0o644},
	"versions.txt":             {Data: []byte("3.11 x\n# none\n\n3.12\n"), Mode: 0o644},
	"tests/unit/test_a.py":     {Mode: 0o644},
	"tests/unit/test_b.py":     {Mode: 0o644},
	"tests/spark/test_c.py":    {Mode: 0o644},
	"tests/spark/conftest.txt": {Mode: 0o644},
}

// watchedVariables are those whose values a stub records.
var watchedVariables = []string{"PYTEST_ADDOPTS", "TEST_BACKEND", "WORKERS", "MODE", "CI", "A", "B"}

// stubs are the commands that are recorded. With an argument --fail they have status 1.
var stubs = []string{"pytest", "python", "python3", "tox", "uv", "make", "docker", "timeout", "env", "find", "xargs", "nproc", "date", "grep", "head_of", "grep_stub", "wc"}

// stubOutputs is what some of them print.
var stubOutputs = map[string]string{"nproc": "6\n", "date": "1700000000\n"}

// stubScript is the stub: it records itself, each field with a NUL behind it, and a second NUL at the end.
func stubScript() string {
	var b strings.Builder
	b.WriteString("#!/bin/bash\nexec 9>>\"$RECORD\"\nout=$(printf '%s\\001' \"$PWD\" \"${0##*/}\" \"$@\" --env--; for v in ")
	b.WriteString(strings.Join(watchedVariables, " "))
	b.WriteString("; do [[ -v $v ]] && printf '%s=%s\\001' \"$v\" \"${!v}\"; done; echo .)\n")
	b.WriteString("printf '%s\\002' \"$out\" >&9\n")
	for name, out := range stubOutputs {
		fmt.Fprintf(&b, "[ \"${0##*/}\" = %s ] && echo %s\n", name, strings.TrimSpace(out))
	}
	b.WriteString("for a; do [ \"$a\" = --fail ] && exit 1; done\nexit 0\n")
	return b.String()
}

// A shape is a script of testdata/foreign with what it is run with.
type shape struct {
	name, text string
	args       []string
	env        map[string]string
}

func readShapes(t testing.TB) []shape {
	t.Helper()
	files, err := filepath.Glob("testdata/foreign/*.sh")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d scripts in testdata/foreign, want 100 or more (%v)", len(files), err)
	}
	var shapes []shape
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := shape{name: strings.TrimSuffix(filepath.Base(file), ".sh"), text: string(data), env: map[string]string{"HOME": "/home/u"}}
		for line := range strings.SplitSeq(s.text, "\n") {
			if rest, ok := strings.CutPrefix(line, "# args: "); ok {
				s.args = shellWords(t, rest)
			}
			if rest, ok := strings.CutPrefix(line, "# env: "); ok {
				for _, pair := range shellWords(t, rest) {
					name, value, _ := strings.Cut(pair, "=")
					s.env[name] = value
				}
			}
		}
		shapes = append(shapes, s)
	}
	return shapes
}

// shellWords splits a line at blanks, text in double quotes kept together.
func shellWords(t testing.TB, line string) []string {
	o := observe(t, "x "+line, Setting{})
	return o.Commands[0].Strings()[1:]
}

// TestObserveIsBash holds observations against what bash starts: the same commands with the same words, environment and
// directory.
func TestObserveIsBash(t *testing.T) {
	bash := testrun.Program(t, "bash")
	bin := t.TempDir()
	makeStubs(t, bin)
	var group sync.WaitGroup
	slots := make(chan struct{}, 2)
	for _, s := range readShapes(t) {
		dir := t.TempDir()
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			compareShape(t, s, bash, bin, dir)
		})
	}
	group.Wait()
}

func makeStubs(t *testing.T, bin string) {
	t.Helper()
	script := filepath.Join(bin, ".stub")
	if err := os.WriteFile(script, []byte(stubScript()), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range stubs {
		if err := os.Symlink(script, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"bash", "dirname", "basename", "realpath", "readlink", "cat", "tee", "seq", "mkdir", "sleep"} {
		file, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "sleep" {
			file, _ = exec.LookPath("true")
		}
		if err := os.Symlink(file, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func compareShape(t *testing.T, s shape, bash, bin, dir string) {
	real, err := s.runInBash(bash, bin, dir)
	if err != nil {
		t.Errorf("%s: %v", s.name, err)
		return
	}
	o, seen := s.observed(t)
	for _, p := range o.Problems {
		t.Errorf("%s: %v", s.name, p.Error())
	}
	if !slices.Equal(real, seen) {
		t.Errorf("%s:\nbash:\n  %s\nobserved:\n  %s", s.name, strings.Join(real, "\n  "), strings.Join(seen, "\n  "))
	}
}

// runInBash runs the script in a copy of the repository and returns what the stubs recorded, sorted, each once.
func (s shape) runInBash(bash, bin, dir string) ([]string, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(dir, "repo"), shapeFiles); err != nil {
		return nil, err
	}
	script, record := filepath.Join(dir, "repo/ci/shape.sh"), filepath.Join(dir, "record")
	if err := os.WriteFile(script, []byte(s.text), 0o644); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, bash, append([]string{script}, s.args...)...)
	c.Dir = filepath.Join(dir, "repo")
	c.Env = []string{"PATH=" + bin, "RECORD=" + record, "LC_ALL=C.UTF-8"}
	for name, value := range s.env {
		c.Env = append(c.Env, name+"="+value)
	}
	out, err := c.CombinedOutput()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("bash did not end: %w\n%s", err, out)
	}
	text, err := os.ReadFile(record)
	if err != nil {
		return nil, fmt.Errorf("%w; bash printed %s", err, out)
	}
	var lines []string
	for entry := range strings.SplitSeq(strings.ReplaceAll(string(text), filepath.Join(dir, "repo"), "/repo"), "\x02") {
		if entry = strings.TrimSuffix(entry, "\x01."); entry != "" {
			lines = append(lines, strings.ReplaceAll(entry, "\x01", "|"))
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// observed is what an observation says that bash would start, in the same form.
func (s shape) observed(t *testing.T) (Observation, []string) {
	f, err := ParseForeign("ci/shape.sh", s.text, nil, Bash)
	if err != nil {
		t.Errorf("%s: %v", s.name, err)
		return Observation{}, nil
	}
	files := maps.Clone(shapeFiles)
	files["ci/shape.sh"] = &fstest.MapFile{Data: []byte(s.text), Mode: 0o644}
	s.env["PATH"] = "/bin"
	var lines []string
	start := func(c Command) Result {
		name := path.Base(c.Argv[0].Text)
		if !slices.Contains(stubs, name) {
			if strings.HasSuffix(name, "sh") && len(c.Argv) == 3 { // bash -c, which the stubs see through
				lines = append(lines, nested(t, c, fs.FS(files))...)
				return Result{Known: true}
			}
			if unfound(name) {
				return Result{Known: true, Status: 127}
			}
			return Result{}
		}
		if c.Certain {
			lines = append(lines, line(c))
		}
		status := 0
		if slices.Contains(c.Strings(), "--fail") {
			status = 1
		}
		return Result{Known: true, Status: status, Stdout: stubOutputs[name]}
	}
	o := f.Observe(Setting{Args: s.args, Env: s.env, Files: files, Start: start})
	slices.Sort(lines)
	return o, slices.Compact(lines)
}

// unfound are names that the PATH of the test has no command for.
func unfound(name string) bool { return len(name) == 1 }

func nested(t *testing.T, c Command, files fs.FS) (lines []string) {
	o := observe(t, c.Argv[2].Text, Setting{Env: c.Env, Dir: c.Dir, Files: files})
	for _, inner := range o.Commands {
		lines = append(lines, line(inner))
	}
	return lines
}

func line(c Command) string {
	fields := append([]string{c.Dir}, c.Strings()...)
	fields[1] = path.Base(fields[1])
	fields = append(fields, "--env--")
	for _, name := range watchedVariables {
		if value, ok := c.Env[name]; ok {
			fields = append(fields, name+"="+value)
		}
	}
	return strings.Join(fields, "|")
}
