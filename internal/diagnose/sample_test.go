package diagnose

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// embedded returns the knowledge of somebody without a policy.
func embedded(t testing.TB) Knowledge {
	t.Helper()
	p, err := policy.Load(policy.Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return Knowledge{Policy: p, Plans: plans, Embedded: true}
}

// sparkless returns the knowledge of somebody who is in sparkless, with a run of its native backend.
func sparkless(t testing.TB) *Knowledge {
	t.Helper()
	k := embedded(t)
	k.Embedded, k.Wrapper, k.Backend = false, "tests/run_all_tests.sh", "robin"
	return NewKnowledge(k)
}

func readLog(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// diagnosed diagnoses a file of testdata.
func diagnosed(t testing.TB, k *Knowledge, name string, junit ...*JUnit) Log {
	t.Helper()
	l, err := k.Diagnose(name, bytes.NewReader(readLog(t, name)), junit...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what was read by hand; got:\n%s", path, got)
	}
}

const crashInTest = "tests/integration/test_native_backend.py::test_collect_parallel"

// samples says of every real log what happened in it, as those know who made it: the facts of its causes ("-" for one that no fact
// explains), the primary one first, and which worker died in which test ("?" where the log cannot tell, "…" while collecting).
var samples = []struct {
	log    string
	causes string
	deaths string
}{
	{"01-ok-3.8.0-loadfile-n2-verbose.log", "", ""},
	{"03-ok-3.8.0-worksteal-n2-verbose-color.log", "", ""},
	{"05-ok-3.5.0-loadgroup-n2-verbose.log", "", ""},
	{"06-ok-2.5.0-load-n2-default.log", "", ""},
	{"08-ok-master-ramp-n2.log", "", ""},
	{"10-fail-3.8.0-loadfile-n2-verbose.log", "", ""},
	{"11-fail-3.8.0-load-n2-color-tbshort.log", "", ""},
	{"13-crash-3.8.0-worksteal-n4-sigkill-default.log", "-", "gw1 " + crashInTest},
	{"15-crash-3.8.0-loadfile-n4-sigkill-once-verbose.log", "- xdist-1371", "gw3 tests/test_03.py::test_5"},
	{"15b-hang-3.8.0-loadfile-n4-sigkill-once-late.log", "- xdist-1323", "gw1 " + crashInTest},
	{"17-segv-3.1.0-loadfile-n4-faulthandler-once.log", "- xdist-1371", "gw0 " + crashInTest},
	{"19-segv-3.8.0-load-n2-no-faulthandler.log", "-", "gw0 " + crashInTest},
	{"20-sysexit-3.8.0-load-n2.log", "", ""},
	{"22-pytestexit-3.8.0-load-n2.log", "xdist-1239", ""},
	{"24-oom-like-sigkill-during-collection-3.8.0-load-n4-exit0.log", "- xdist-lost-worker-exit-0", "gw1 …"},
	{"24b-oom-like-external-sigkill-midrun-3.8.0-load-n4.log", "-", "gw0 tests/test_08.py::test_7"},
	{"26-timeout-plugin-thread-3.8.0-load-n2.log", "timeout-thread-kills-worker", "gw0 " + crashInTest},
	{"28-restart0-3.8.0-load-n2-quiet.log", "- -", "gw0 " + crashInTest},
	{"29-maxrestart-3.8.0-collect-crash-n2.log", "- -", "gw0 …, gw1 …, gw2 …, gw3 …, gw4 …, gw5 …, gw6 …, gw7 …, gw8 …, gw9 …"},
	{"31-restart0-3.1.0-collect-crash-n2.log", "- xdist-814", "gw0 …, gw1 …"},
	{"33-keyerror-3.8.0-loadscope-n2-default.log", "- xdist-714", "gw1 ?, gw0 ?"},
	{"34-keyerror-3.8.0-loadgroup-n2-color.log", "- xdist-714", "gw0 tests/integration/test_pipeline.py::test_delta_write@delta_serial, gw1 tests/integration/test_native_backend.py::test_session_starts"},
	{"36-keyerror-3.1.0-loadfile-n2-verbose.log", "- xdist-714", "gw0 tests/integration/test_native_backend.py::test_session_starts, gw1 tests/integration/test_pipeline.py::test_end_to_end"},
	{"38-keyerror-3.6.1-loadfile-n12.log", "- xdist-714", "gw1 ?, gw0 ?"},
	{"39-keyerror-3.5.0-loadgroup-n2-mismatch.log", "- xdist-714", "gw0 tests/test_03.py::test_5@g03"},
	{"41-keyerror-3.8.0-pytest9-loadfile-n2.log", "- xdist-714", "gw1 tests/unit/test_groupby.py::TestGroupby::test_basic, gw0 tests/unit/test_filter.py::TestFilter::test_basic"},
	{"43-hang-3.8.0-loadgroup-n1-issue1323.log", "- xdist-1323", "gw0 test_timeout.py::test_2"},
	{"44-hang-3.8.0-loadgroup-n1-issue1327.log", "- xdist-1327", "gw0 test_timeout.py::test_1"},
	{"46-hang-3.1.0-loadscope-n2-several-crashes.log", "- xdist-1323", "gw1 tests/test_02.py::test_5, gw0 tests/test_05.py::test_3, gw3 tests/test_08.py::test_7, gw2 tests/test_11.py::test_2"},
	{"48-internalerror-oserror-3.8.0-load-n2.log", "- xdist-cannot-send", "gw1 ?"},
	{"49-collect-differ-3.8.0-load-n2.log", "-", ""},
	{"51-usage-error-3.0.2-dist-without-n.log", "xdist-789", ""},
	{"53-exitfirst-crash-3.8.0-load-n2.log", "-", "gw0 " + crashInTest},
	{"54-worker-internalerror-3.8.0-n2.log", "xdist-worker-internalerror", ""},
	{"56-fixed-3.8.0+1299+1324+1328+1371-loadfile-n2.log", "-", "gw0 tests/unit/test_filter.py::TestFilter::test_basic, gw1 tests/unit/test_groupby.py::TestGroupby::test_basic"},
	{"58-internalerror-no-active-workers-3.8.0-worksteal-n4.log", "- xdist-no-active-workers", "gw0 …"},
	{"59-silent-loss-3.8.0-load-n2-mismatch.log", "- xdist-silent-loss", "gw1 tests/test_03.py::test_5"},
	{"61-ok-3.8.0-nauto-default.log", "", ""},
	{"63-keyerror-3.8.0-loadfile-n2-no-summary-tb-native.log", "- xdist-714", "gw1 ?, gw0 ?"},
	{"64-derived-ci-timestamps-keyerror-3.8.0-loadfile-n2.log", "- xdist-714", "gw1 tests/unit/test_groupby.py::TestGroupby::test_basic, gw0 tests/unit/test_filter.py::TestFilter::test_basic"},
}

// TestSampleLogs: every log gives the diagnosis that its maker states, and the text that was read by hand.
func TestSampleLogs(t *testing.T) {
	k := NewKnowledge(embedded(t))
	files, err := filepath.Glob("testdata/[0-9]*.log")
	if err != nil || len(files) != len(samples) {
		t.Errorf("%d logs, %d of them are stated here (%v)", len(files), len(samples), err)
	}
	for _, s := range samples {
		t.Run(s.log, func(t *testing.T) {
			l := diagnosed(t, k, s.log)
			if got := causeFacts(l); got != s.causes {
				t.Errorf("causes %q, want %q", got, s.causes)
			}
			if got := deaths(l); got != s.deaths {
				t.Errorf("deaths %q, want %q", got, s.deaths)
			}
			checkShape(t, l)
			golden(t, strings.TrimSuffix(s.log, ".log"), textOf(t, l))
		})
	}
}

func causeFacts(l Log) string {
	var facts []string
	for _, c := range l.Causes {
		if c.Fact == "" {
			facts = append(facts, "-")
		} else {
			facts = append(facts, c.Fact)
		}
	}
	return strings.Join(facts, " ")
}

func deaths(l Log) string {
	var all []string
	for i := range l.Runs {
		for _, w := range l.Runs[i].dead() {
			in := w.Running
			switch {
			case in != "":
			case w.Collecting:
				in = "…"
			default:
				in = "?"
			}
			all = append(all, w.Worker+" "+in)
		}
	}
	return strings.Join(all, ", ")
}

func textOf(t *testing.T, logs ...Log) string {
	t.Helper()
	var b strings.Builder
	if err := WriteText(&b, logs, Plain()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// checkShape: whatever is diagnosed has an owner, an action, evidence that is in the log, and at most one primary cause comes last.
func checkShape(t *testing.T, l Log) {
	t.Helper()
	for i, c := range l.Causes {
		if c.Cause == "" || c.Owner == "" || c.Action == "" || c.Certainty == "" || len(c.Evidence) == 0 {
			t.Errorf("incomplete: %+v", c)
		}
		if c.Run < 1 || c.Run > len(l.Runs) {
			t.Errorf("run %d of %d", c.Run, len(l.Runs))
		}
		if i > 0 && c.Rank == Primary && l.Causes[i-1].Run == c.Run && l.Causes[i-1].Rank == Secondary {
			t.Errorf("a primary cause stands behind a secondary one: %q", causeFacts(l))
		}
		for _, e := range c.Evidence {
			if e.Line < 1 || e.Line > l.Lines {
				t.Errorf("evidence at line %d of %d", e.Line, l.Lines)
			}
		}
	}
	if l.Verdict == "" {
		t.Error("no verdict")
	}
}

// TestEvidence: the lines that a diagnosis points at say what it quotes.
func TestEvidence(t *testing.T) {
	k := NewKnowledge(embedded(t))
	for _, s := range samples {
		lines := strings.Split(string(readLog(t, s.log)), "\n")
		for _, c := range diagnosed(t, k, s.log).Causes {
			for _, e := range c.Evidence {
				quoted := e.Text
				if strings.HasPrefix(quoted, "[gw") || strings.HasPrefix(quoted, "INTERNALERROR>") || strings.HasPrefix(quoted, "Fatal Python") {
					quoted = strings.TrimPrefix(quoted, "INTERNALERROR> ")
					if !strings.Contains(lines[e.Line-1], quoted) {
						t.Errorf("%s:%d is %q, not %q", s.log, e.Line, lines[e.Line-1], e.Text)
					}
				}
			}
		}
	}
}

// TestFirstInvestigation: of the log that policygen exists for, the crash is the cause and pytest-xdist's KeyError what followed.
func TestFirstInvestigation(t *testing.T) {
	k := sparkless(t)
	l := diagnosed(t, k, "first-investigation.log")
	if len(l.Causes) != 2 {
		t.Fatalf("causes: %+v", l.Causes)
	}
	crash, key := l.Causes[0], l.Causes[1]
	if crash.Rank != Primary || crash.Owner != "robin-sparkless" || crash.Fact != "robin-native-crash" || !strings.Contains(crash.Action, "report it to robin-sparkless") ||
		!strings.Contains(crash.Cause, "gw8, gw10, gw11") {
		t.Errorf("the crash: %+v", crash)
	}
	if key.Rank != Secondary || key.Owner != "pytest-xdist" || key.Fact != "xdist-714" || key.Certainty != Certain || !strings.Contains(key.Action, "avoid the replacement path") {
		t.Errorf("the KeyError: %+v", key)
	}
	if want := "bash tests/run_all_tests.sh --backend robin"; len(l.Try) == 0 || l.Try[0].Command != want {
		t.Errorf("to try: %+v, want %q first", l.Try, want)
	}
	golden(t, "first-investigation", textOf(t, l))
	report, err := k.Report("robin-native-crash", []Log{l})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "first-investigation-report", report)
	var page strings.Builder
	if err := WriteMarkdown(&page, []Log{l}); err != nil {
		t.Fatal(err)
	}
	golden(t, "first-investigation-markdown", page.String())
}

// TestFirstInvestigationWithoutPolicy: somebody else's crash is not blamed on robin-sparkless, but it is named.
func TestFirstInvestigationWithoutPolicy(t *testing.T) {
	l := diagnosed(t, NewKnowledge(embedded(t)), "first-investigation.log")
	crash := l.Causes[0]
	if crash.Certainty != Unknown || crash.Fact != "" || !slices.Equal(crash.Candidates, []string{"robin-native-crash"}) || !strings.Contains(crash.Owner, "robin-sparkless, if") {
		t.Errorf("the crash: %+v", crash)
	}
	if len(l.Collect) == 0 {
		t.Error("an unknown crash does not say what to collect")
	}
	golden(t, "first-investigation-no-policy", textOf(t, l))
}
