//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"policygen/internal/testrun"
)

// TestWrapperLimit: a test that ignores INT and TERM, and a child that does too, are gone when the wrapper has ended a phase that was
// over its limit, and the next phase runs. Without workers and with them, at the same time, since both mostly wait.
func TestWrapperLimit(t *testing.T) {
	t.Parallel()
	python := newest(t)
	runs := map[string]*wrapped{"0": wrap(t, python, "slow.txtar"), "2": wrap(t, python, "slow.txtar")}
	commands := map[string]*limited{}
	for workers, w := range runs {
		commands[workers] = w.start("--phase", "deaf", "--phase", "after", "-n", workers)
	}
	for workers, w := range runs {
		r := w.result(commands[workers], commands[workers].Wait())
		r.want(t, 124, "exit 124: timed out in deaf", "deaf: was running: tests/test_deaf.py::test_deaf")
		w.nothingLeft()
		if !w.exists("began") {
			t.Error("the test had not begun when the limit was reached: nothing is proved")
		}
		if !w.exists("after") {
			t.Error("the next phase did not run")
		}
	}
}

// TestWrapperTerminated: TERM ends the phase, its workers and the run.
func TestWrapperTerminated(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "slow.txtar")
	c := w.start("--phase", "endless", "--phase", "after")
	w.wait("began")
	if _, err := os.Stat("/proc/self/environ"); err == nil && len(w.rest()) < 4 {
		t.Errorf("the runner, pytest and two workers should be running; found: %v", w.rest())
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r := w.result(c, c.Wait())
	r.want(t, 143, "exit 143: stopped by SIGTERM in endless, 1 of 2 phases not run", "endless: was running: tests/test_endless.py::test_endless")
	w.nothingLeft()
	if w.exists("after") {
		t.Error("a later phase ran")
	}
}

// TestWrapperUnderMake: the time-out of a phase does not reach the make that started the wrapper.
func TestWrapperUnderMake(t *testing.T) {
	t.Parallel()
	python := newest(t)
	testrun.Program(t, "make")
	w := wrap(t, python, "slow.txtar")
	r := w.finish(w.command(patience, "make"))
	r.want(t, 0, "exit 124: timed out in sleepy", "make went on\n")
	if !strings.Contains(r.err, "Error 124 (ignored)") {
		t.Errorf("make did not see exit code 124: %v", r)
	}
	w.nothingLeft()
}

// typed runs steps of terminal.py in an interactive bash on a pseudo-terminal.
func (w *wrapped) typed(python string, steps ...string) result {
	w.t.Helper()
	driver, err := filepath.Abs(filepath.Join("testdata", "e2e", "terminal.py"))
	if err != nil {
		w.t.Fatal(err)
	}
	r := w.finish(w.command(patience, python, append([]string{driver}, steps...)...))
	r.want(w.t, 0)
	w.nothingLeft()
	return r
}

// TestWrapperInterrupted: ctrl-C ends pytest, its workers and the run, and the shell has its terminal again.
func TestWrapperInterrupted(t *testing.T) {
	t.Parallel()
	python := newest(t)
	w := wrap(t, python, "slow.txtar")
	w.typed(python,
		"type=tests/run_all_tests.sh --phase endless --phase after", "file=began", "key=\x03",
		"expect=KeyboardInterrupt", "expect=run_all_tests.sh: summary", "expect=was running: tests/test_endless.py::test_endless",
		"expect=exit 130: interrupted in endless, 1 of 2 phases not run",
		`type=echo "code=$? "`, "expect=code=130 ")
	if w.exists("after") {
		t.Error("a later phase ran")
	}
}

// TestWrapperDebugger: pdb reads what is typed.
func TestWrapperDebugger(t *testing.T) {
	t.Parallel()
	python := newest(t)
	w := wrap(t, python, "phases.txtar")
	w.typed(python,
		"type=tests/run_all_tests.sh --phase broken --pdb -n 0", `expect=\(Pdb\)`, "type=p 'answer', value", `expect=\('answer', 42\)`,
		"type=q", "expect=run_all_tests.sh: summary")
}

// TestWrapperColour: a terminal gets colours, unless NO_COLOR says that its owner wants none.
func TestWrapperColour(t *testing.T) {
	t.Parallel()
	python := newest(t)
	w := wrap(t, python, "phases.txtar")
	w.set("TERM=xterm")
	steps := []string{"type=tests/run_all_tests.sh --phase broken -n 0", "expect=exit 1: failed in broken"}
	if r := w.typed(python, steps...); !strings.Contains(r.out, "\x1b[31m") {
		t.Errorf("no red on a terminal: %q", r.out)
	}
	w.set("NO_COLOR=1")
	if r := w.typed(python, steps...); strings.Contains(r.out, "\x1b[") {
		t.Errorf("colours in spite of NO_COLOR: %q", r.out)
	}
}
