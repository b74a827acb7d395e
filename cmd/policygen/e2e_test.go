//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"policygen/internal/testrun"
)

// The tests named TestWrapper... render a wrapper and run it with bash, real pytest and real pytest-xdist. $POLICYGEN_TEST_PYTHON
// names an interpreter with the newest releases and pytest-timeout, $POLICYGEN_TEST_PYTHON_OLD one with pytest 7.2.1 and
// pytest-xdist 3.5.0. No time is asserted: the two limits below only end what hangs.
const (
	patience   = 60 * time.Second // for an ordinary run
	farewell   = 15 * time.Second // between TERM and KILL for a run that is cut
	markerName = "POLICYGEN_E2E"  // the variable by which every process of a run can be found
)

// newest returns the interpreter that has the newest releases.
func newest(t *testing.T) string { return testrun.Python(t, testrun.Newest) }

// A wrapped is a project with its rendered wrapper.
type wrapped struct {
	t      *testing.T
	root   string
	script string
	env    []string
}

// wrap makes a project of archives of testdata/e2e and renders its wrapper: of its own policygen.cue, else of the embedded policy.
func wrap(t *testing.T, python string, archives ...string) *wrapped {
	t.Helper()
	return wrapAt(t, filepath.Join(t.TempDir(), "project"), python, archives...)
}

func wrapAt(t *testing.T, root, python string, archives ...string) *wrapped {
	t.Helper()
	temp := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, ".git"), 0o777); err != nil { // ends the search for a policy
		t.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(filepath.Join("testdata", "e2e", name))
		if err == nil {
			err = txtar.Write(archive, root)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	render := exec.Command("policygen", "render", "--out", ".") // this test binary, see TestMain
	render.Dir = root
	if out, err := render.CombinedOutput(); err != nil {
		t.Fatalf("policygen render: %v\n%s", err, out)
	}
	// What the embedded policy requires of pytest's plugins, the environments of these tests don't have.
	if err := os.Remove(filepath.Join(root, "pyproject.toml")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	w := &wrapped{t, root, filepath.Join(root, "tests", "run_all_tests.sh"), quietEnvironment()}
	w.env = append(w.env, markerName+"="+root, "PYTHON="+python, "TMPDIR="+temp)
	t.Cleanup(w.killRest)
	return w
}

// quietEnvironment is that of the tests without what a wrapper, pytest or make would take a hint from.
func quietEnvironment() []string {
	loud := []string{"PYTEST", "PYTHON", "VIRTUAL_ENV", "GITHUB_", "NO_COLOR", "FORCE_COLOR", "SPARKLESS", "MOCK_SPARK", "POLICYGEN_",
		"RUN_ALL_TESTS", "COV_", "MAKE", "MFLAGS", "TZ=", "POLARS_", "RAYON_", "BASH_ENV", "ENV="}
	var env []string
next:
	for _, pair := range os.Environ() {
		for _, prefix := range loud {
			if strings.HasPrefix(pair, prefix) {
				continue next
			}
		}
		env = append(env, pair)
	}
	return env
}

// set adds variables to the environment of every later run.
func (w *wrapped) set(pairs ...string) { w.env = append(w.env, pairs...) }

// exists reports whether a test left a file in the root.
func (w *wrapped) exists(name string) bool {
	_, err := os.Stat(filepath.Join(w.root, name))
	return err == nil
}

// write puts a file into the project.
func (w *wrapped) write(name, text string, mode os.FileMode) {
	w.t.Helper()
	path := filepath.Join(w.root, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o777)
	if err == nil {
		err = os.WriteFile(path, []byte(text), mode)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// run runs the wrapper from the root.
func (w *wrapped) run(args ...string) result {
	w.t.Helper()
	return w.runFor(patience, args...)
}

// runFor runs the wrapper and cuts it off after a time.
func (w *wrapped) runFor(limit time.Duration, args ...string) result {
	w.t.Helper()
	return w.finish(w.command(limit, "bash", append([]string{w.script}, args...)...))
}

// A limited command is ended after a time: with TERM, and if that does not help with KILL.
type limited struct {
	*exec.Cmd
	ctx      context.Context
	out, err bytes.Buffer
}

// command prepares a program that runs in the root with the environment of the project.
func (w *wrapped) command(limit time.Duration, name string, args ...string) *limited {
	ctx, cancel := context.WithTimeout(w.t.Context(), limit)
	w.t.Cleanup(cancel)
	c := &limited{Cmd: exec.CommandContext(ctx, name, args...), ctx: ctx}
	c.Dir, c.Env = w.root, w.env
	c.Stdout, c.Stderr = &c.out, &c.err
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a TERM that is meant for the run must not reach us
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = farewell
	return c
}

// start starts the wrapper, to be waited for with result.
func (w *wrapped) start(args ...string) *limited {
	w.t.Helper()
	c := w.command(patience, "bash", append([]string{w.script}, args...)...)
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// finish runs a command to its end, or to that of its time.
func (w *wrapped) finish(c *limited) result {
	w.t.Helper()
	err := c.Run()
	return w.result(c, err)
}

// result is what became of a command that was waited for with err.
func (w *wrapped) result(c *limited, err error) result {
	w.t.Helper()
	cut := c.ctx.Err() != nil
	var exit *exec.ExitError
	if err != nil && !cut && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	if cut {
		w.killRest()
	}
	return result{c.ProcessState.ExitCode(), c.out.String(), c.err.String(), cut}
}

// rest returns the processes of the project's runs that still live; none where there is no /proc.
func (w *wrapped) rest() []int {
	marker := []byte(markerName + "=" + w.root + "\x00")
	folders, _ := filepath.Glob("/proc/[0-9]*")
	var living []int
	for _, folder := range folders {
		environment, err := os.ReadFile(filepath.Join(folder, "environ")) // empty for a zombie
		if err != nil || !bytes.Contains(append(environment, 0), marker) {
			continue
		}
		living = append(living, atoi(w.t, filepath.Base(folder)))
	}
	return living
}

// killRest kills what is left of all runs.
func (w *wrapped) killRest() {
	for _, pid := range w.rest() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended meanwhile
	}
}

// nothingLeft checks that no process of a run is left, and no temporary folder of the runner.
func (w *wrapped) nothingLeft() {
	w.t.Helper()
	if pids := w.rest(); pids != nil {
		w.t.Errorf("processes of the run are left: %v", pids)
	}
	for _, pair := range w.env {
		if dir, ok := strings.CutPrefix(pair, "TMPDIR="); ok {
			if left, _ := filepath.Glob(filepath.Join(dir, "policygen*")); left != nil {
				w.t.Errorf("temporary files of the runner are left: %q", left)
			}
		}
	}
}

// wait waits for a file that a test writes when it has begun.
func (w *wrapped) wait(name string) {
	w.t.Helper()
	for end := time.Now().Add(patience); !w.exists(name); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("no file %s after %v", name, patience)
		}
	}
}
