package diagnose

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"policygen/policy"
)

// demo returns the knowledge of the project whose wrapper printed wrapper.log.
func demo(t testing.TB) *Knowledge {
	t.Helper()
	text, err := os.ReadFile("testdata/demo.cue")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load([]policy.Source{{Name: "policygen.cue", Text: text}}, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return NewKnowledge(Knowledge{Policy: p, Plans: plans, Wrapper: "tests/run_all_tests.sh"})
}

// TestWrapperLog: three phases in one log, told apart by the wrapper's banner: one fine, one that crashed, one that its limit ended.
func TestWrapperLog(t *testing.T) {
	l := diagnosed(t, demo(t), "wrapper.log")
	if len(l.Runs) != 3 {
		t.Fatalf("%d runs", len(l.Runs))
	}
	for i, want := range []struct{ phase, exit string }{{"good", ""}, {"crash", ""}, {"stuck", "124"}} {
		r := &l.Runs[i]
		if r.Phase != want.phase || r.Exit != want.exit || r.Backend != "mock" || r.Dist != "load" || r.Asked != 2 || r.Created != 2 {
			t.Errorf("run %d: phase %q exit %q backend %q dist %q workers %d", i+1, r.Phase, r.Exit, r.Backend, r.Dist, r.Created)
		}
	}
	if got := deaths(l); got != "gw0 tests/crash/test_a.py::test_killer, gw1 tests/crash/test_c.py::test_killer, gw2 tests/crash/test_b.py::test_killer" {
		t.Errorf("deaths: %q", got)
	}
	last := l.Causes[len(l.Causes)-1]
	if last.Run != 3 || last.Cause != "the time limit ended the run after 3 s" || !strings.Contains(last.Why, "tests/stuck/test_stuck.py::test_stuck") {
		t.Errorf("the time limit: %+v", last)
	}
	golden(t, "wrapper", textOf(t, l))
}

// TestWrapperKeyError: the banner names the backend, the policy knows its engine for crashes, and the wrapper names what never ran.
func TestWrapperKeyError(t *testing.T) {
	k := demo(t)
	l := diagnosed(t, k, "wrapper-keyerror.log")
	if got := causeFacts(l); got != "engine-crash xdist-714" {
		t.Errorf("causes: %q", got)
	}
	if got := len(l.Runs[0].Lost); got != 5 || l.Runs[0].Exit != "3" {
		t.Errorf("%d tests never ran, exit %q", got, l.Runs[0].Exit)
	}
	golden(t, "wrapper-keyerror", textOf(t, l))
	report, err := k.Report("engine-crash", []Log{l})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "wrapper-keyerror-report", report)
}

// TestWrapperSummaryOnly: what the wrapper counts by its own events tells most of it, even without a line of pytest.
func TestWrapperSummaryOnly(t *testing.T) {
	l := diagnosed(t, demo(t), "wrapper-summary-only.log")
	if got := causeFacts(l); got != "engine-crash xdist-714" || l.Causes[1].Certainty != Likely {
		t.Errorf("causes: %q, %+v", got, l.Causes)
	}
	if got := deaths(l); got != "gw1 tests/crash/test_a.py::test_killer, gw0 tests/crash/test_b.py::test_killer" {
		t.Errorf("deaths: %q", got)
	}
	golden(t, "wrapper-summary-only", textOf(t, l))
}

// TestSerialCrash: without workers the crash ends pytest itself, and the shell and the service say how.
func TestSerialCrash(t *testing.T) {
	l := diagnosed(t, NewKnowledge(embedded(t)), "serial-killed.log")
	c := l.Causes[0]
	if c.Rank != Primary || c.Owner != "polars" || !strings.Contains(c.Cause, "SIGSEGV") || l.Runs[0].Exit != "139" {
		t.Errorf("%+v, exit %q", c, l.Runs[0].Exit)
	}
	golden(t, "serial-killed", textOf(t, l))
}

// TestJUnit: the file names the tests that a log of default verbosity does not.
func TestJUnit(t *testing.T) {
	const xml = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" tests="52"><testcase classname="a" name="b" time="0.1" />
<testcase classname="" name="tests/a.py"><error message="worker 'gw1' crashed while running 'tests/a.py::test_b[&lt;x&gt;]'">worker …</error></testcase>
<testcase classname="a" name="c"><failure message="assert 1 == 2">no</failure></testcase></testsuite></testsuites>`
	for name, text := range map[string]string{"whole": xml, "cut": xml[:strings.Index(xml, "</error>")]} {
		j, err := ReadJUnit(strings.NewReader(text))
		if err != nil {
			t.Fatal(name, err)
		}
		l := diagnosed(t, NewKnowledge(embedded(t)), "33-keyerror-3.8.0-loadscope-n2-default.log", j)
		if got := deaths(l); got != "gw1 tests/a.py::test_b[<x>], gw0 ?" {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, text := range []string{"", "hello", "<html></html>", "\x00"} {
		if _, err := ReadJUnit(strings.NewReader(text)); err == nil {
			t.Errorf("%q is a file of --junitxml", text)
		}
	}
}

// TestSeveralRuns: runs of one file do not lend each other workers, tests or versions.
func TestSeveralRuns(t *testing.T) {
	text := bytes.Join([][]byte{readLog(t, "15-crash-3.8.0-loadfile-n4-sigkill-once-verbose.log"), readLog(t, "05-ok-3.5.0-loadgroup-n2-verbose.log"),
		readLog(t, "43-hang-3.8.0-loadgroup-n1-issue1323.log"), readLog(t, "06-ok-2.5.0-load-n2-default.log")}, []byte("\n"))
	l, err := NewKnowledge(embedded(t)).Diagnose("log", bytes.NewReader(text))
	if err != nil || len(l.Runs) != 4 {
		t.Fatal(err, len(l.Runs))
	}
	if got := causeFacts(l); got != "- xdist-1371 - xdist-1323" {
		t.Errorf("causes: %q", got)
	}
	for i, want := range []string{"3.8.0", "3.5.0", "3.8.0", "2.5.0"} {
		if r := &l.Runs[i]; r.Xdist != want {
			t.Errorf("run %d: pytest-xdist %q, want %q", i+1, r.Xdist, want)
		}
	}
	if got := deaths(l); got != "gw3 tests/test_03.py::test_5, gw0 test_timeout.py::test_2" {
		t.Errorf("deaths: %q", got)
	}
}

// TestFrameDecides: the same last line has two causes; the frame above it tells which.
func TestFrameDecides(t *testing.T) {
	const start = "==== test session starts ====\nplugins: xdist-3.8.0\ncreated: 2/2 workers\n2 workers [9 items]\n\n..[gw1] node down: Not properly terminated\nF\nreplacing crashed worker gw1\n"
	const key = "INTERNALERROR> KeyError: <WorkerController gw2>\n"
	for frame, want := range map[string]string{
		"INTERNALERROR>   File \"/v/site-packages/xdist/scheduler/loadscope.py\", line 275, in _assign_work_unit\nINTERNALERROR>     worker_collection = self.registered_collections[node]\n": "- xdist-714",
		"INTERNALERROR>   File \"C:\\v\\xdist\\scheduler\\loadscope.py\", line 275, in _assign_work_unit\n":                                                                                   "- xdist-714",
		"INTERNALERROR>   File \"/v/site-packages/xdist/dsession.py\", line 230, in worker_internal_error\nINTERNALERROR>     self._active_nodes.remove(node)\n":                              "- xdist-worker-internalerror",
		"INTERNALERROR>   File \"/v/site-packages/other/plugin.py\", line 3, in hook\n":                                                                                                       "- -",
	} {
		l, err := NewKnowledge(embedded(t)).Diagnose("log", strings.NewReader(start+frame+key))
		if err != nil {
			t.Fatal(err)
		}
		if got := causeFacts(l); got != want {
			t.Errorf("%q gives %q, want %q", frame, got, want)
		}
	}
}

// TestVersionDecides: outside of its interval a fact explains nothing, beyond what was checked it is only likely.
func TestVersionDecides(t *testing.T) {
	plain := string(readLog(t, "41-keyerror-3.8.0-pytest9-loadfile-n2.log"))
	for version, want := range map[string]string{"xdist-3.8.0": Certain, "xdist-1.18.0": "", "xdist-9.0.0": Likely, "xdist-3.8.0.guardfix": Certain} {
		l, err := NewKnowledge(embedded(t)).Diagnose("log", strings.NewReader(strings.Replace(plain, "xdist-3.8.0", version, 1)))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range l.Causes {
			if c.Fact == "xdist-714" {
				got = c.Certainty
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
}

// TestMask: what leaves the house carries no secret and no name.
func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"/home/alice/project/x.py":                     "~/project/x.py",
		"/Users/alice/x":                               "~/x",
		`C:\Users\alice\x`:                             `~\x`,
		"/root/x":                                      "~/x",
		"https://alice:s3cret@example.org/x":           "https://***@example.org/x",
		"GITHUB_TOKEN=ghp_0123456789abcdefghij":        "GITHUB_TOKEN=***",
		"api_key: 'abc def', next":                     "api_key: ***, next",
		"Authorization: Bearer abcdef0123456789":       "Authorization: Bearer ***",
		"mail alice@example.org":                       "mail ***@***",
		"AKIAABCDEFGHIJKLMNOP":                         "***",
		"xoxb-1234567890-abcdef":                       "***",
		"tests/a.py::test_token PASSED":                "tests/a.py::test_token PASSED",
		"[gw8] node down: Not properly terminated":     "[gw8] node down: Not properly terminated",
		"test_a.py::test_b@group":                      "test_a.py::test_b@group",
		"INTERNALERROR> KeyError: <WorkerController>":  "INTERNALERROR> KeyError: <WorkerController>",
		`File "/home/ci/venv/lib/xdist/x.py", line 3`:  `File "~/venv/lib/xdist/x.py", line 3`,
		"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+": "AWS_SECRET_ACCESS_KEY=***",
		`{"password": "hunter2", "user": "x"}`:         `{"password": ***, "user": "x"}`,
	} {
		if got := Mask(text); got != want {
			t.Errorf("Mask(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestReportErrors: a fact that the logs don't show is no report, and what they show is named.
func TestReportErrors(t *testing.T) {
	k := NewKnowledge(embedded(t))
	l := diagnosed(t, k, "first-investigation.log")
	for fact, want := range map[string]string{"xdist-9999": "unknown fact", "xdist-1239": "they show new, robin-native-crash, xdist-714", "xdist-px": "is no defect"} {
		if _, err := k.Report(fact, []Log{l}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", fact, err, want)
		}
	}
	for _, fact := range []string{"new", "robin-native-crash", "xdist-714"} {
		if text, err := k.Report(fact, []Log{l}); err != nil || strings.Contains(text, "forked worker") || !strings.Contains(text, "## Log") {
			t.Errorf("%s: %v\n%s", fact, err, text)
		}
	}
}

// TestSuspects: over several logs the test in which workers died most often comes first.
func TestSuspects(t *testing.T) {
	k := NewKnowledge(embedded(t))
	logs := []Log{diagnosed(t, k, "15-crash-3.8.0-loadfile-n4-sigkill-once-verbose.log"), diagnosed(t, k, "13-crash-3.8.0-worksteal-n4-sigkill-default.log"),
		diagnosed(t, k, "19-segv-3.8.0-load-n2-no-faulthandler.log")}
	ranked := Suspects(logs)
	if len(ranked) < 3 || ranked[0] != (Suspect{crashInTest, 2, 0}) || ranked[1].Test != "tests/test_03.py::test_5" || ranked[1].Died != 1 {
		t.Errorf("ranked: %+v", ranked)
	}
	golden(t, "several", textOf(t, logs...))
}

// TestWordsOfTests: what tests print about exit codes and memory is not about the run.
func TestWordsOfTests(t *testing.T) {
	const start = "==== test session starts ====\ncreated: 2/2 workers\n2 workers [9 items]\n\n"
	const body = "the server exited with code 124\nKilled process 3 of 4\nMemoryError: as expected\nprocess returned exit status 137\n"
	k := NewKnowledge(embedded(t))
	fine, err := k.Diagnose("log", strings.NewReader(start+body+"==== 9 passed in 0.10s ====\n"))
	if err != nil || !fine.IsFine() || fine.Runs[0].Exit != "" {
		t.Errorf("%v, exit %q, %+v", err, fine.Runs[0].Exit, fine.Causes)
	}
	crashed, err := k.Diagnose("log", strings.NewReader(start+body+"[gw1] node down: Not properly terminated\nreplacing crashed worker gw1\n==== 1 failed, 8 passed in 0.10s ====\n##[error]Process completed with exit code 1.\n"))
	if err != nil || crashed.Causes[0].Certainty != Unknown || crashed.Runs[0].Exit != "1" {
		t.Errorf("%v, exit %q, %+v", err, crashed.Runs[0].Exit, crashed.Causes)
	}
	killed, err := k.Diagnose("log", strings.NewReader(start+"[1234.5] Out of memory: Killed process 4711 (python)\n[gw1] node down: Not properly terminated\n"))
	if err != nil || !strings.Contains(killed.Causes[0].Owner, "memory") {
		t.Errorf("%v, %+v", err, killed.Causes)
	}
}

// TestWrapperSummaryEnds: the summary alone says how each phase ended: a crash that was survived is no hang, a limit that ended a grouped mode in which
// nobody worked is pytest-xdist's, one that ended a test is the test's.
func TestWrapperSummaryEnds(t *testing.T) {
	const banner = "w.sh: demo\n  policy    demo 1\n  backend   mock (from flag)\n  packages  pytest 8.4.2, pytest-xdist 3.8.0\n  phase     unit: workers=2 (from flag), dist=%, limit=9s\nw.sh: summary\n"
	for _, c := range []struct{ dist, text, want string }{
		{"load", "unit: worker died: gw1: Not properly terminated\nunit: crashed: a.py::b\nw.sh: exit 1: failed in unit\n", "-"},
		{"loadfile", "unit: worker died: gw1: Not properly terminated\nunit: crashed: a.py::b\nunit: never ran: a.py::c\nw.sh: exit 124: timed out in unit\n", "- xdist-1323"},
		{"loadfile", "unit: worker died: gw1: Not properly terminated\nunit: crashed: a.py::b\nunit: was running: a.py::c\nw.sh: exit 124: timed out in unit\n", "- -"},
		{"load", "unit: was running: a.py::c\nw.sh: exit 124: timed out in unit\n", "-"},
		{"load", "unit: worker died: gw1: Not properly terminated\nunit: internal error: OSError: cannot send (already closed?)\nw.sh: exit 3: internal error in unit; timed out in other\n", "- xdist-cannot-send"},
	} {
		l, err := NewKnowledge(embedded(t)).Diagnose("log", strings.NewReader(strings.Replace(banner, "%", c.dist, 1)+c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := causeFacts(l); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.dist, c.text, got, c.want)
		}
	}
}

// TestEvents: the file of events that a rendered wrapper keeps during a run names every test that a worker died in, in any verbosity.
func TestEvents(t *testing.T) {
	k := NewKnowledge(embedded(t))
	for _, c := range []struct {
		log, causes, deaths           string
		collected, reported, neverRan int
	}{
		{"events-load.log", "-", "gw0 tests/crash/test_a.py::test_killer, gw1 tests/crash/test_c.py::test_killer, gw2 tests/crash/test_b.py::test_killer", 9, 9, 0},
		{"events-keyerror.log", "- xdist-714", "gw0 tests/crash/test_a.py::test_killer, gw1 tests/crash/test_b.py::test_killer", 9, 4, 5},
	} {
		l := diagnosed(t, k, c.log)
		if got := causeFacts(l); got != c.causes {
			t.Errorf("%s: causes %q, want %q", c.log, got, c.causes)
		}
		if got := deaths(l); got != c.deaths {
			t.Errorf("%s: deaths %q, want %q", c.log, got, c.deaths)
		}
		if r := &l.Runs[0]; len(l.Runs) != 1 || r.Collected != c.collected || r.Reported != c.reported || r.NeverRan != c.neverRan {
			t.Errorf("%s: %d runs, %d collected, %d reported, %d never ran", c.log, len(l.Runs), r.Collected, r.Reported, r.NeverRan)
		}
	}
}
