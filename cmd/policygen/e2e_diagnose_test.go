//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"policygen/internal/diagnose"
	"policygen/internal/testrun"
)

// diagnoseRun writes what a run printed to a file and diagnoses it with the project's own policy.
func (w *wrapped) diagnoseRun(r result, args ...string) diagnose.Log {
	w.t.Helper()
	w.write("run.log", r.out+r.err, 0o666)
	cmd := exec.Command("policygen", append([]string{"diagnose", "--format", "json", "run.log"}, args...)...)
	cmd.Dir = w.root
	out, _ := cmd.Output() // the exit code is 1 where something was diagnosed
	var printed struct{ Logs []diagnose.Log }
	if err := json.Unmarshal(out, &printed); err != nil || len(printed.Logs) != 1 {
		w.t.Fatalf("%v: %s\n%v", err, out, r)
	}
	return printed.Logs[0]
}

// TestWrapperDiagnosed: real runs through the rendered wrapper that end in every way that a run can; what diagnose says of each is right.
func TestWrapperDiagnosed(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{testrun.Newest, testrun.Older} {
		for _, c := range []struct {
			phase string
			check func(t *testing.T, l diagnose.Log)
		}{
			{"killed", func(t *testing.T, l diagnose.Log) {
				wantCause(t, l, 0, diagnose.Primary, "engine", "engine-crash", "crashed")
				wantDeath(t, l, "tests/killed/test_killed.py::test_killed")
			}},
			{"segfault", func(t *testing.T, l diagnose.Log) {
				wantCause(t, l, 0, diagnose.Primary, "engine", "engine-crash", "crashed")
				wantDeath(t, l, "tests/segfault/test_segfault.py::test_segfault")
				if !strings.Contains(l.Causes[0].Why, "Segmentation fault; the innermost Python frame outside of the standard library is segfault/test_segfault.py") {
					t.Errorf("why: %s", l.Causes[0].Why)
				}
			}},
			{"leaves", func(t *testing.T, l diagnose.Log) {
				wantCause(t, l, 0, diagnose.Primary, "engine", "engine-crash", "crashed")
				wantDeath(t, l, "tests/leaves/test_leaves.py::test_leaves")
			}},
			{"sysexit", func(t *testing.T, l diagnose.Log) {
				if !l.IsFine() || !strings.Contains(l.Verdict, "failed in the ordinary way") {
					t.Errorf("diagnosed: %+v", l.Causes)
				}
			}},
			{"hangs", func(t *testing.T, l diagnose.Log) {
				wantCause(t, l, 0, diagnose.Primary, "the test that was running", "", "the time limit ended the run after 5 s")
				if !strings.Contains(l.Causes[0].Why, "tests/hangs/test_hangs.py::test_hangs") {
					t.Errorf("why: %s", l.Causes[0].Why)
				}
			}},
			{"fine", func(t *testing.T, l diagnose.Log) {
				if !l.IsFine() || l.Verdict != "nothing is wrong with the run" {
					t.Errorf("diagnosed: %+v", l)
				}
			}},
		} {
			t.Run(variable+"/"+c.phase, func(t *testing.T) {
				t.Parallel()
				w := wrap(t, testrun.Python(t, variable), "ends.txtar")
				r := w.run("--backend", "native", "--phase", c.phase)
				l := w.diagnoseRun(r)
				if run := &l.Runs[len(l.Runs)-1]; run.Phase != c.phase || run.Backend != "native" || run.Pytest == "" || run.Xdist == "" || run.Dist != "load" || run.Created != 2 {
					t.Errorf("the run: %+v", run)
				}
				c.check(t, l)
				if told := strings.Contains(r.out, "\ndiagnosis: "+l.Verdict+"\n"); told == l.IsFine() {
					t.Errorf("the wrapper's own diagnosis is there: %v; diagnosed later: %q", told, l.Verdict)
				}
				r.showIfFailed(t)
			})
		}
	}
}

func wantCause(t *testing.T, l diagnose.Log, i int, rank, owner, fact, cause string) {
	t.Helper()
	if len(l.Causes) <= i {
		t.Fatalf("%d causes", len(l.Causes))
	}
	if c := l.Causes[i]; c.Rank != rank || c.Owner != owner || c.Fact != fact || !strings.Contains(c.Cause, cause) {
		t.Errorf("cause %d: %+v", i, c)
	}
}

func wantDeath(t *testing.T, l diagnose.Log, test string) {
	t.Helper()
	for _, r := range l.Runs {
		for _, worker := range r.Workers {
			if worker.Running == test && worker.Down != "" {
				return
			}
		}
	}
	t.Errorf("nobody died in %s: %+v", test, l.Runs)
}

// TestWrapperDiagnosedKeyError: the control of the crash tests again, with what it printed diagnosed: KeyError or hang, and never the other.
func TestWrapperDiagnosedKeyError(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "crash.txtar", "control.txtar")
	for range controlRuns {
		r := w.runFor(hangs, "--no-preflight", "-v", "--junit-dir", "xml")
		l := w.diagnoseRun(r)
		facts := map[string]bool{}
		for _, c := range l.Causes {
			facts[c.Fact] = true
		}
		key := strings.Contains(r.out, "KeyError: <WorkerController gw")
		if key != facts["xdist-714"] {
			t.Errorf("a KeyError: %v; diagnosed: %v", key, l.Causes)
		}
		if len(l.Causes) == 0 || l.Causes[0].Rank != diagnose.Primary || !strings.Contains(l.Causes[0].Cause, "crashed") {
			t.Errorf("the first cause: %+v", l.Causes)
		}
		r.showIfFailed(t)
		if key || t.Failed() {
			return
		}
	}
	t.Errorf("%d runs ended without a KeyError", controlRuns)
}

// TestWrapperDiagnosedJUnit: in default verbosity the file of --junitxml names the test.
func TestWrapperDiagnosedJUnit(t *testing.T) {
	t.Parallel()
	w := wrap(t, newest(t), "ends.txtar")
	r := w.run("--backend", "native", "--phase", "killed", "--junit-dir", "xml", "-q", "--no-summary", "--tb=no")
	if strings.Contains(r.out, "crashed while running") {
		t.Fatalf("the log names the test itself: %v", r)
	}
	w.write("pytest.log", strings.Split(r.out, ": summary\n")[0], 0o666) // what pytest itself printed
	l := w.diagnoseRun(result{out: strings.Split(r.out, ": summary\n")[0]}, "--junit", filepath.Join("xml", "killed-native.xml"))
	wantDeath(t, l, "tests/killed/test_killed.py::test_killed")
	r.showIfFailed(t)
}

// TestDiagnoseMemory: the whole process stays within 64 MB for a log of 1 GB, of which the everyday run reads a tenth.
func TestDiagnoseMemory(t *testing.T) {
	size := 100 << 20
	if testrun.Full() {
		size = 1 << 30
	}
	cmd := exec.Command("policygen", "diagnose", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writeLongLog(t, in, size)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(out.String(), "gw2 died at line ") {
		t.Errorf("%v: %s", err, out.String())
	}
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss // KiB, but bytes on macOS
	if runtime.GOOS == "darwin" {
		peak /= 1024
	}
	t.Logf("%d MB of log, %d MiB resident", size>>20, peak>>10)
	if peak > 64<<10 {
		t.Errorf("%d MiB resident", peak>>10)
	}
}

func writeLongLog(t *testing.T, to io.WriteCloser, size int) {
	t.Helper()
	out := bufio.NewWriterSize(to, 1<<16)
	fmt.Fprint(out, "==== test session starts ====\nplugins: xdist-3.8.0\ncreated: 4/4 workers\n4 workers [9000000 items]\n\n")
	for n, written := 0, 0; written < size; n++ {
		count, err := fmt.Fprintf(out, "tests/test_%d.py::test_case[%d] \n[gw%d] [ %2d%%] PASSED tests/test_%d.py::test_case[%d] \noutput of a test, %d\n", n/100, n, n%4, n%100, n/100, n, n)
		if err != nil {
			t.Fatal(err)
		}
		written += count
	}
	fmt.Fprint(out, "[gw2] node down: Not properly terminated\n[gw2] [ 99%] FAILED tests/last.py::test_last \n")
	if err := errors.Join(out.Flush(), to.Close()); err != nil {
		t.Fatal(err)
	}
}
