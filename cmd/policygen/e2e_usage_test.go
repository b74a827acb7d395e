//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWrapperRefuses: what is wrong with the command line, the environment or the machine stops before any phase.
func TestWrapperRefuses(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	tests := []struct {
		name string
		args []string
		env  []string
		code int
		says []string
	}{
		{"workers without a value", []string{"-n"}, nil, 64, []string{"-n needs a value"}},
		{"an option as value", []string{"-n", "-x"}, nil, 64, []string{"-n needs a value, not '-x'"}},
		{"variables that disagree", nil, []string{"PHASES_BACKEND=native", "PHASES_OLD_BACKEND=mock"}, 64,
			[]string{"PHASES_BACKEND", "native", "PHASES_OLD_BACKEND", "mock"}},
		{"a backend that does not exist", nil, []string{"PHASES_BACKEND=nativ"}, 64, []string{"did you mean native?"}},
		{"words in the worker count", nil, []string{"PHASES_WORKERS=2 -x"}, 64, []string{"PHASES_WORKERS", "'2 -x'"}},
		{"a path that does not exist", []string{"tests/frist"}, nil, 66, []string{"path tests/frist does not exist"}},
		{"a missing distribution", []string{"--backend", "native"}, nil, 69,
			[]string{"backend native needs policygen-missing-engine>=2.5: The native engine is not part of Python.", "not installed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := *w
			v.t, v.env = t, append(w.env[:len(w.env):len(w.env)], test.env...)
			r := v.run(test.args...)
			r.refused(t, test.code, test.says...)
			if test.code == 64 && r.out != "" {
				t.Errorf("stdout has %q", r.out)
			}
		})
	}
}

// TestWrapperWithoutPython: an interpreter that does not exist is named, and the run is no success.
func TestWrapperWithoutPython(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	w.set("PYTHON=/nowhere/bin/python")
	r := w.run()
	if r.code == 0 || r.out != "" || !strings.Contains(r.err, "/nowhere/bin/python") {
		t.Error(r)
	}
}

// TestWrapperMissingPhasePath: with workers pytest would drop a folder that is missing and end with 5 or 0 (pytest-xdist#109).
func TestWrapperMissingPhasePath(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	if err := os.RemoveAll(filepath.Join(w.root, "tests", "last")); err != nil {
		t.Fatal(err)
	}
	w.run().refused(t, 66, "phase last: path tests/last does not exist")
	w.run("--phase", "first", "-n", "0").want(t, 0, "exit 0: passed")
}

// TestWrapperSelection: -k reaches pytest with its value, in every phase, and a phase that it empties is no failure.
func TestWrapperSelection(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "phases.txtar")
	r := w.run("-v", "-k", "apple or plum")
	r.want(t, 0, "PASSED tests/first/test_first.py::test_apple", "PASSED tests/last/test_last.py::test_apple", "exit 0: passed")
	if got := r.rows(t); got["first"]["passed"] != "1" || got["broken"]["result"] != "empty" || got["last"]["passed"] != "1" {
		t.Errorf("the summary says %v", got)
	}
}

// TestWrapperEmptyPhase: without a test a phase fails unless the policy accepts it, and a run in which nothing ran at all never passes.
func TestWrapperEmptyPhase(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "empty.txtar")
	w.run("--skip-phase", "refused").want(t, 0, "exit 0: passed")
	w.run("--skip-phase", "accepted").want(t, 5, "exit 5: empty in refused")
	w.run("--phase", "accepted", "-n", "0").want(t, 5, "exit 5: nothing ran at all")
}
