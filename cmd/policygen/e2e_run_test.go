//go:build unix

package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWrapperGoesOn: a failing phase decides the exit code and stops the later ones only when asked to.
func TestWrapperGoesOn(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	r := w.run("--log-dir", "logs", "--junit-dir", "xml")
	r.want(t, 1, "exit 1: failed in broken")
	rows := r.rows(t)
	if rows["first"]["passed"] != "2" || rows["broken"]["failed"] != "1" || rows["last"]["passed"] != "1" {
		t.Errorf("the summary says %v", rows)
	}
	for phase, tests := range map[string]int{"first": 2, "broken": 2, "last": 1} {
		if cases := w.junit("xml/" + phase + "-mock.xml"); len(cases) != tests {
			t.Errorf("the XML file of phase %s has %d tests, want %d", phase, len(cases), tests)
		}
		if log, err := os.ReadFile(filepath.Join(w.root, "logs", phase+"-mock.log")); err != nil || !strings.Contains(r.out, string(log)) {
			t.Errorf("the log of phase %s is not what was printed: %v", phase, err)
		}
	}
	w.nothingLeft()
}

func TestWrapperFailFast(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	r := w.run("--fail-fast", "-n", "0")
	r.want(t, 1, "exit 1: failed in broken, 1 of 3 phases not run")
	if got := r.rows(t)["last"]["result"]; len(r.started()) != 2 || got != "not run" {
		t.Errorf("phase last: %s", got)
	}
}

// TestWrapperBackendIsTheOneSaid: no other spelling of the variable can bring in another backend, in workers neither.
func TestWrapperBackendIsTheOneSaid(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "environment.txtar")
	w.set("MOCK_SPARK_TEST_BACKEND=robin", "SPARKLESS_BACKEND=robin")
	r := w.run("--backend", "mock", "--phase", "unit", "--no-preflight", "-n", "2")
	r.want(t, 0, "backend   mock (from flag)", "exit 0: passed")
	if got := r.rows(t)["unit"]["passed"]; got != "4" {
		t.Errorf("%s tests passed: %v", got, r)
	}
}

// A dump is how pytest was started, as the conftest.py of phases.txtar writes it down.
type dump struct {
	Argv []string          `json:"argv"`
	Env  map[string]string `json:"env"`
	Cwd  string            `json:"cwd"`
}

func readDump(t *testing.T, path string) dump {
	t.Helper()
	var d dump
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	// These differ from shell to shell, and from process to process.
	for _, name := range []string{"_", "SHLVL", "OLDPWD", "PYTEST_VERSION", "E2E_DUMP"} {
		delete(d.Env, name)
	}
	return d
}

// TestWrapperCommandCanBePasted: the line that is printed before a phase starts the same pytest again.
func TestWrapperCommandCanBePasted(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	first, again := filepath.Join(w.root, "first.json"), filepath.Join(w.root, "again.json")
	args := []string{"--phase", "first", "-k", "test_apple or not (x and y)", "-o", `cache_dir=a $HOME "b" 'c' *`, "--durations", "0", "-rA"}
	w.set("E2E_DUMP=" + first)
	r := w.run(args...)
	r.want(t, 0)
	lines := r.started()
	if len(lines) != 1 {
		t.Fatalf("%d commands are printed: %v", len(lines), r)
	}
	w.set("E2E_DUMP=" + again)
	w.finish(w.command(patience, "bash", "-c", lines[0])).want(t, 0)

	wrapped, pasted := readDump(t, first), readDump(t, again)
	argv := wrapped.Argv
	if len(argv) < 2 || !slices.Equal(argv[:2], []string{"-p", "policygen_events"}) {
		t.Fatalf("pytest was started with %q, without the plugin that counts", argv)
	}
	if !slices.Equal(argv[2:], pasted.Argv) {
		t.Errorf("argv is %q; pasted: %q", argv[2:], pasted.Argv)
	}
	if !maps.Equal(wrapped.Env, pasted.Env) {
		t.Errorf("the environment is %q; pasted: %q", wrapped.Env, pasted.Env)
	}
	if wrapped.Cwd != pasted.Cwd {
		t.Errorf("the working directory is %q; pasted: %q", wrapped.Cwd, pasted.Cwd)
	}
}

// TestWrapperFromAnywhere: the project is found from the script, wherever the caller stands, however the script is named and whatever
// its path looks like. The tests look at their working directory themselves.
func TestWrapperFromAnywhere(t *testing.T) {
	t.Parallel()
	python := newest(t)
	folder := t.TempDir()
	root := filepath.Join(folder, "Prüf stand 'ñ' $x")
	w := wrapAt(t, root, python, "phases.txtar")
	link := filepath.Join(folder, "a link")
	if err := os.Symlink(w.script, link); err != nil {
		t.Fatal(err)
	}
	w.write(".venv/bin/python", "#!/bin/sh\nexec '"+python+"' \"$@\"\n", 0o755)
	plain := []string{"LC_ALL=C", "PYTHONCOERCECLOCALE=0", "PYTHONUTF8=0"}
	tests := []struct {
		name, dir, script string
		env               []string
		workers, from     string
	}{
		{"from the root folder", "/", w.script, nil, "2", "PYTHON"},
		{"by a relative path", filepath.Join(root, "tests", "first"), "../run_all_tests.sh", nil, "0", "PYTHON"},
		{"in a plain locale", "/", w.script, plain, "0", "PYTHON"}, // execnet itself takes no such path there
		{"through a link", "/", link, nil, "2", "PYTHON"},
		{"in the environment of the project", "/", w.script, []string{"PYTHON="}, "0", ".venv"},
		{"in the environment of the project, through a link", "/", link, []string{"PYTHON="}, "0", ".venv"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := w.command(patience, "bash", test.script, "--phase", "first", "-n", test.workers)
			c.Dir, c.Env = test.dir, append(w.env[:len(w.env):len(w.env)], test.env...)
			r := w.finish(c)
			r.want(t, 0, "root      "+root+"\n", "(from "+test.from+")")
			if got := r.rows(t)["first"]["passed"]; got != "2" {
				t.Errorf("%s tests passed", got)
			}
		})
	}
}

// TestWrapperOnGitHub: each phase is a group of lines, a failed one is an annotation, and the job gets the summary.
func TestWrapperOnGitHub(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	page := filepath.Join(w.root, "summary.md")
	w.set("GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY="+page)
	r := w.run("--skip-phase", "last", "-n", "0")
	r.want(t, 1)
	var commands []string
	for line := range strings.Lines(r.out) {
		if strings.HasPrefix(line, "::") {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	want := []string{"::group::first", "::endgroup::", "::group::broken", "::endgroup::", "::error::phase broken: failed"}
	if !slices.Equal(commands, want) {
		t.Errorf("the commands are %q, want %q", commands, want)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "exit 1: failed in broken") || !strings.Contains(string(text), "| broken |") {
		t.Errorf("the summary of the job is %q: %v", text, err)
	}
}

// TestWrapperWithoutColour: where nobody looks at a terminal there is no escape sequence, from pytest neither.
func TestWrapperWithoutColour(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	w.set("TERM=xterm")
	r := w.run("--phase", "broken", "--log-dir", "logs", "-n", "0")
	r.want(t, 1)
	if strings.Contains(r.out+r.err, "\x1b") {
		t.Errorf("escape sequences in a pipe: %q", r.out+r.err)
	}
}

// TestWrapperVerify: a wrapper tells whether anybody changed it, also through a link, and starts nothing for it.
func TestWrapperVerify(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(w.script, link); err != nil {
		t.Fatal(err)
	}
	w.run("--verify").want(t, 0, "run_all_tests.sh: as it was rendered")
	w.finish(w.command(patience, "bash", link, "--verify", "--phase", "first")).want(t, 0, "as it was rendered")
	text, err := os.ReadFile(w.script)
	if err != nil {
		t.Fatal(err)
	}
	w.write("tests/run_all_tests.sh", strings.Replace(string(text), "pg_mode=run", "pg_mode=dry-run", 1), 0o755)
	if r := w.run("--verify"); r.code != 1 || !strings.Contains(r.err, "changed since it was rendered") || len(r.started()) > 0 {
		t.Errorf("a changed wrapper: %v", r)
	}
}
