package diagnose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"policygen/internal/testrun"
	"policygen/policy"
)

// FuzzDiagnose: no log makes reading fail, and whatever is said of one has its place in it.
func FuzzDiagnose(f *testing.F) {
	for _, s := range samples {
		f.Add(readLog(f, s.log))
	}
	f.Add(readLog(f, "first-investigation.log"))
	f.Add(readLog(f, "serial-killed.log"))
	f.Add(readLog(f, "wrapper.log"))
	f.Add(readLog(f, "events-keyerror.log"))
	k := few()
	f.Fuzz(func(t *testing.T, text []byte) { checkAny(t, k, text) })
}

// few is knowledge that is made in no time: loading a policy would take most of the time of a fuzzer's processes.
func few() *Knowledge {
	fact := func(id, name string, symptoms ...string) policy.Fact {
		return policy.Fact{ID: id, Package: name, Kind: "defect", In: ">=1.0", CheckedThrough: "3.8.0", Owner: name, Severity: "note", Symptoms: symptoms}
	}
	return NewKnowledge(Knowledge{Policy: &policy.Policy{Facts: []policy.Fact{
		fact("engine-crash", "engine", `\[gw\d+\] node down: `), fact("xdist-714", "pytest-xdist", `loadscope\.py", line \d+, in _assign_work_unit`),
		fact("xdist-1239", "pytest-xdist", `AssertionError: \(['"].*['"], <WorkerController \w+>\)`), fact("xdist-cannot-send", "pytest-xdist", `OSError: cannot send`),
		fact("xdist-1323", "pytest-xdist"), fact("xdist-1327", "pytest-xdist"), fact("xdist-1371", "pytest-xdist"), fact("xdist-silent-loss", "pytest-xdist"),
		fact("xdist-814", "pytest-xdist"), fact("xdist-789", "pytest-xdist"), fact("timeout-thread-kills-worker", "pytest-timeout"), fact("odd", "odd", `.`, `(?i)error`),
	}}})
}

// checkAny diagnoses any bytes and writes what comes of them in every form.
func checkAny(t *testing.T, k *Knowledge, text []byte) {
	t.Helper()
	l, err := k.Diagnose("log", bytes.NewReader(text))
	if errors.Is(err, ErrNoPytest) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, l)
	var b strings.Builder
	if err := errors.Join(WriteText(&b, []Log{l, l}, Coloured()), WriteMarkdown(&b, []Log{l})); err != nil {
		t.Fatal(err)
	}
	for _, c := range l.Causes {
		id := c.Fact
		if id == "" {
			id = "new"
		}
		if f, ok := k.facts[id]; ok && f.Kind != "defect" {
			continue
		}
		if _, err := k.Report(id, []Log{l}); err != nil {
			t.Errorf("--report %s: %v", id, err)
		}
	}
	for i := range l.Runs {
		if r := &l.Runs[i]; r.First > r.Last || r.Last > l.Lines || r.NeverRan < 0 || r.Repeated < 0 {
			t.Errorf("run %d: %+v", i, r)
		}
	}
}

// TestMutatedLogs changes real logs as transport and chance do: lines that are lost, repeated, swapped, glued, cut, and bytes that flip.
func TestMutatedLogs(t *testing.T) {
	k := sparkless(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, s := range samples {
		text := readLog(t, s.log)
		for range 20 {
			checkAny(t, k, mutate(random, text))
		}
		if t.Failed() {
			t.Fatalf("with %s", s.log)
		}
	}
}

func mutate(random *rand.Rand, text []byte) []byte {
	lines := bytes.SplitAfter(bytes.Clone(text), []byte("\n"))
	for range 1 + random.IntN(8) {
		i, j := random.IntN(len(lines)), random.IntN(len(lines))
		switch random.IntN(7) {
		case 0:
			lines[i] = nil
		case 1:
			lines[i], lines[j] = lines[j], lines[i]
		case 2:
			lines[i] = append(bytes.Clone(lines[i]), lines[j]...)
		case 3:
			lines[i] = bytes.TrimRight(lines[i], "\n")
		case 4:
			lines[i] = lines[i][:random.IntN(len(lines[i])+1)]
		case 5:
			if len(lines[i]) > 0 {
				lines[i] = bytes.Clone(lines[i])
				lines[i][random.IntN(len(lines[i]))] = byte(random.IntN(256))
			}
		case 6:
			lines[i] = append([]byte("2026-09-20T10:12:00.0130000Z \x1b[31m\r"), lines[i]...)
		}
	}
	return bytes.Join(lines, nil)
}

// TestTruncatedLogs cuts three logs at every byte. A cause that is certain of a whole log is never contradicted by a part: until the
// first worker is down there is no crash.
func TestTruncatedLogs(t *testing.T) {
	k := sparkless(t)
	for _, name := range []string{"33-keyerror-3.8.0-loadscope-n2-default.log", "34-keyerror-3.8.0-loadgroup-n2-color.log", "28-restart0-3.8.0-load-n2-quiet.log"} {
		text := readLog(t, name)
		down := bytes.Index(text, []byte("node down: "))
		for cut := range len(text) {
			l, err := k.Diagnose("log", bytes.NewReader(text[:cut]))
			switch {
			case errors.Is(err, ErrNoPytest):
				if cut > down+len("node down: ") {
					t.Fatalf("%s cut at %d is no log of pytest", name, cut)
				}
				continue
			case err != nil:
				t.Fatal(err)
			}
			checkShape(t, l)
			if got := len(deaths(l)) > 0; got != (cut > down+len("node down:")) {
				t.Fatalf("%s cut at %d: deaths %q", name, cut, deaths(l))
			}
		}
	}
}

// TestTransport: what carries a log changes nothing of what it says.
func TestTransport(t *testing.T) {
	k := NewKnowledge(embedded(t))
	plain := string(readLog(t, "41-keyerror-3.8.0-pytest9-loadfile-n2.log"))
	want := diagnosed(t, k, "41-keyerror-3.8.0-pytest9-loadfile-n2.log")
	each := func(f func(number int, line string) string) string {
		var b strings.Builder
		for i, line := range strings.Split(strings.TrimSuffix(plain, "\n"), "\n") {
			b.WriteString(f(i, line))
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"CRLF":   strings.ReplaceAll(plain, "\n", "\r\n"),
		"GitHub": each(func(i int, l string) string { return fmt.Sprintf("2026-09-20T10:12:%02d.0130000Z %s\n", i%60, l) }),
		"gh": each(func(i int, l string) string {
			return fmt.Sprintf("tests (robin)\tRun tests\t\ufeff2026-09-20T10:12:%02d.0130000Z %s\n", i%60, l)
		}),
		"GitLab":    each(func(i int, l string) string { return fmt.Sprintf("2026-09-20T10:12:%02d.013000Z 01O %s\n", i%60, l) }),
		"Jenkins":   each(func(i int, l string) string { return fmt.Sprintf("[2026-09-20T10:12:%02d.013Z] %s\n", i%60, l) }),
		"Buildkite": each(func(i int, l string) string { return fmt.Sprintf("\x1b_bk;t=17%d\x07%s\r\n", i, l) }),
		"colours":   each(func(_ int, l string) string { return "\x1b[31m\x1b[1m" + l + "\x1b[0m\x1b[K\n" }),
		"BOM":       "\ufeff" + plain,
	} {
		got, err := k.Diagnose(want.Log, strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a, b := textOf(t, got), textOf(t, want); a != b {
			t.Errorf("%s: got:\n%s\nwant:\n%s", name, a, b)
		}
	}
}

// TestNoPytest: other logs are told apart, so that a wrong file is no good news.
func TestNoPytest(t *testing.T) {
	k := NewKnowledge(embedded(t))
	for _, text := range []string{"", "\n\n", "hello\n", "make: *** [test] Error 2\nKilled\n", "== 3 passed in 0.1s ==\n", strings.Repeat("x", 1<<20), "\x00\x01\x02"} {
		if l, err := k.Diagnose("log", strings.NewReader(text)); !errors.Is(err, ErrNoPytest) {
			t.Errorf("%.40q: %v, %v", text, l.Verdict, err)
		}
	}
}

// TestReadError: a log that can't be read to its end is an error, not a diagnosis of its first half.
func TestReadError(t *testing.T) {
	broken := io.MultiReader(bytes.NewReader(readLog(t, "33-keyerror-3.8.0-loadscope-n2-default.log")), brokenReader{})
	if _, err := NewKnowledge(embedded(t)).Diagnose("log", broken); err == nil || !strings.Contains(err.Error(), "reading log: the disk broke") {
		t.Errorf("error %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the disk broke") }

// A generated is a verbose log of any length that ends in a crash: lines of different tests, made as they are read.
type generated struct {
	left, tests int
	rest        []byte
}

func newGenerated(size int) *generated {
	g := &generated{left: size}
	g.rest = append(g.rest, "==== test session starts ====\nplatform linux -- Python 3.11.7, pytest-8.4.2\nplugins: xdist-3.8.0\ncreated: 4/4 workers\n4 workers [900000 items]\n\nscheduling tests via LoadScheduling\n\n"...)
	return g
}

func (g *generated) Read(p []byte) (int, error) {
	for len(g.rest) < len(p) && g.left > 0 {
		before := len(g.rest)
		id := fmt.Appendf(nil, "tests/unit/test_module_%d.py::TestSomething::test_case[%d-some parameter]", g.tests/100%5000, g.tests)
		g.rest = fmt.Appendf(g.rest, "%s \n[gw%d] [ %2d%%] PASSED %s \n", id, g.tests%4, g.tests%100, id)
		if g.tests%10 == 0 {
			g.rest = append(g.rest, "some output of a test that writes a good deal, and a number or two: 4711, 0.815\n"...)
		}
		g.tests++
		if g.left -= len(g.rest) - before; g.left <= 0 {
			g.rest = append(g.rest, "[gw2] node down: Not properly terminated\n[gw2] [ 99%] FAILED tests/last.py::test_last \n\nreplacing crashed worker gw2\n"...)
		}
	}
	if len(g.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, g.rest)
	g.rest = append(g.rest[:0], g.rest[n:]...)
	return n, nil
}

// TestMemory: a log of 1 GB (a tenth of it in the everyday run) is read in less than 64 MB, and its last lines are not lost.
func TestMemory(t *testing.T) {
	size := 50 << 20
	if testrun.Full() {
		size = 1 << 30
	}
	k := NewKnowledge(embedded(t))
	runtime.GC()
	highest, done := uint64(0), make(chan bool)
	go func() {
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			highest = max(highest, m.HeapInuse+m.StackInuse)
			select {
			case <-done:
				done <- true
				return
			default:
				runtime.Gosched()
			}
		}
	}()
	l, err := k.Diagnose("log", newGenerated(size))
	done <- true
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if got := deaths(l); got != "gw2 tests/last.py::test_last" {
		t.Errorf("deaths: %q", got)
	}
	t.Logf("%d lines; at most %d MB in use", l.Lines, highest>>20)
	if highest > 64<<20 {
		t.Errorf("%d MB in use", highest>>20)
	}
}

// TestLongLine: a line has no length that loses what stands at its end.
func TestLongLine(t *testing.T) {
	text := "bringing up nodes...\n" + strings.Repeat(".", 5*maxLine+17) + "[gw1] node down: Not properly terminated\nreplacing crashed worker gw1\n"
	l, err := NewKnowledge(embedded(t)).Diagnose("log", strings.NewReader(text))
	if err != nil || deaths(l) != "gw1 ?" || l.Runs[0].Workers[0].DownLine != 2 || l.Lines != 3 {
		t.Errorf("%v, %+v", err, l)
	}
}
