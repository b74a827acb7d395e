//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"policygen/internal/testrun"
)

const (
	goodTests   = 45 // in crash.txtar
	hangs       = 20 * time.Second
	brokenOffIn = 10 // of so many runs one may be broken off by pytest-xdist itself
)

// killers are the tests of crash.txtar that kill their worker.
func killers() []string {
	return []string{"tests/unit/test_a.py::test_killer", "tests/unit/test_b.py::test_killer", "tests/unit/test_c.py::test_killer"}
}

// TestWrapperSurvivesCrashingWorkers: under the embedded policy a backend that kills workers costs the tests that did it and no
// others: no KeyError (pytest-xdist#714), no hang, no test lost. TestControlBreaks shows that this suite can do worse.
func TestWrapperSurvivesCrashingWorkers(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{testrun.Newest, testrun.Older} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			for _, workers := range []string{"4 by policy", "2 by flag"} {
				t.Run(workers, func(t *testing.T) {
					t.Parallel()
					var args []string
					if workers == "2 by flag" {
						args = []string{"-n", "2"}
					}
					survive(t, testrun.Python(t, variable), args)
				})
			}
		})
	}
}

func survive(t *testing.T, python string, args []string) {
	w := wrap(t, python, "crash.txtar")
	runs := 2
	if testrun.Full() {
		runs *= 10
	}
	var brokenOff []result
	for range runs {
		r := w.run(slices.Concat([]string{"--backend", "robin", "--phase", "unit", "--no-preflight", "--junit-dir", "xml"}, args)...)
		if r.code == 3 {
			checkBrokenOff(t, r)
			brokenOff = append(brokenOff, r)
		} else {
			checkSurvived(t, w, r)
		}
		w.nothingLeft()
		if t.Failed() {
			return
		}
	}
	t.Logf("%d runs, of which pytest-xdist broke off %d", runs, len(brokenOff))
	if allowed := (runs + brokenOffIn - 1) / brokenOffIn; len(brokenOff) > allowed {
		t.Errorf("pytest-xdist broke off %d of %d runs; %d are allowed; the last one: %v", len(brokenOff), runs, allowed, brokenOff[len(brokenOff)-1])
	}
}

// checkSurvived asks two witnesses: the events that the runner counts, and the XML file that pytest writes.
func checkSurvived(t *testing.T, w *wrapped, r result) {
	t.Helper()
	r.want(t, 1, "scheduling tests via LoadScheduling")
	if got := r.rows(t)["unit"]; got["passed"] != "45" || got["crashed"] != "3" || got["failed"] != "0" || got["not run"] != "0" {
		t.Errorf("the summary says %v", got)
	}
	if got := r.remarks("unit", "crashed"); !slices.Equal(got, killers()) {
		t.Errorf("reported as crashed: %q", got)
	}
	var passed int
	var crashed []string
	for _, c := range w.junit("xml/unit-robin.xml") {
		name := strings.ReplaceAll(c.Class, ".", "/") + ".py::" + c.Name
		switch {
		case len(c.Errors)+len(c.Failures) == 0:
			passed++
		case len(c.Errors) == 1 && strings.Contains(c.Errors[0].Message, "crashed while running '"+name+"'"):
			crashed = append(crashed, name)
		default:
			t.Errorf("%s failed: %+v", name, c)
		}
	}
	slices.Sort(crashed)
	if passed != goodTests || !slices.Equal(crashed, killers()) {
		t.Errorf("the XML file has %d tests that passed, and as crashed: %q", passed, crashed)
	}
	r.showIfFailed(t)
}

// checkBrokenOff: pytest-xdist may give up when two workers die in one instant, but not with a KeyError, and the runner must say
// so and name the tests that never ran.
func checkBrokenOff(t *testing.T, r result) {
	t.Helper()
	internal := strings.Join(r.remarks("unit", "internal error"), "\n")
	if !strings.HasPrefix(internal, "OSError") && !strings.HasPrefix(internal, "RuntimeError") {
		t.Errorf("broken off with %q", internal)
	}
	lost := atoi(t, r.rows(t)["unit"]["not run"])
	if named := len(r.remarks("unit", "never ran")); lost == 0 || named < min(lost, 20) {
		t.Errorf("%d tests never ran, %d are named", lost, named)
	}
	r.showIfFailed(t)
}

// controlRuns is how many runs have to show what pytest-xdist does in most of them. On a busy machine its workers die one after the other,
// and the run may reach the restart limit first.
const controlRuns = 20

// TestControlBreaks is what TestWrapperSurvivesCrashingWorkers would see if the policy did nothing: with the same suite, a grouped
// mode and the usual restart limit pytest-xdist ends in its KeyError, or hangs while no test is running.
func TestControlBreaks(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "crash.txtar", "control.txtar")
	var last result
	for range controlRuns {
		last = w.runFor(hangs, "--no-preflight")
		switch {
		case last.code == 3 && strings.Contains(strings.Join(last.remarks("unit", "internal error"), ""), "KeyError: <WorkerController gw"):
			t.Log("ended in the KeyError")
			return
		case last.cut && last.remarks("unit", "never ran") != nil && last.remarks("unit", "was running") == nil:
			t.Log("hung")
			return
		}
	}
	t.Errorf("%d runs ended without a KeyError or a hang; the last one: %v", controlRuns, last)
}

// TestWrapperSerialRun: -n 0 starts no worker at all.
func TestWrapperSerialRun(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "crash.txtar")
	r := w.run("--backend", "robin", "--phase", "unit", "--no-preflight", "-n", "0", "-k", "not killer")
	r.want(t, 0, "exit 0: passed")
	if got := r.rows(t)["unit"]; got["passed"] != "45" {
		t.Errorf("the summary says %v", got)
	}
	for _, sign := range []string{"scheduling tests", "created:", "workers [", "gw0"} {
		if strings.Contains(r.out, sign) {
			t.Errorf("a serial run prints %q: %v", sign, r)
		}
	}
}
