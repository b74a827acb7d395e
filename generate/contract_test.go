package generate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tests of this file state the wrapper contract in literals, item by item. Neither the renderer nor the model of the command
// line has a say in what they expect, so that a mistake made in both of them is seen.

// A contract is a wrapper of one of the policies, simulated.
type contract struct {
	*wrapper
	t *testing.T
}

func contractFor(t *testing.T, policy string) contract {
	t.Helper()
	w := parsedWrapper(t, inputs(t)[policy], "tests/run_all_tests.sh")
	return contract{w, t}
}

func (w contract) run(c wrapperCall) outcome {
	w.t.Helper()
	out, err := w.simulate(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// refuses checks that a call ends in exit code 64 with a text on stderr, and that nothing runs.
func (w contract) refuses(c wrapperCall, says string) {
	w.t.Helper()
	out := w.run(c)
	if out.Code != 64 || out.Stdout != "" || out.Exec != nil || !strings.Contains(out.Stderr, says) {
		w.t.Errorf("%s: exit %d, stderr %q; want 64 and %q", c, out.Code, out.Stderr, says)
	}
}

// global returns the words before the first section.
func (w contract) global(c wrapperCall) []string {
	w.t.Helper()
	exec := w.run(c).Exec
	return exec[:slices.IndexFunc(exec, opensSection)]
}

// forPytest returns the words of the command line that go to pytest.
func (w contract) forPytest(c wrapperCall) []string {
	w.t.Helper()
	var words []string
	for _, word := range w.global(c) {
		if key, value, _ := strings.Cut(word, "="); strings.HasPrefix(key, "pass") {
			words = append(words, value)
		}
	}
	return words
}

// phases returns the words of each phase's section, by name, and the names in order.
func (w contract) phases(c wrapperCall) (sections map[string][]string, order []string) {
	w.t.Helper()
	sections = map[string][]string{}
	out := w.run(c)
	if out.Exec == nil {
		w.t.Fatalf("%s: exit %d: %s", c, out.Code, out.Stderr)
	}
	for _, word := range out.Exec {
		if name, found := strings.CutPrefix(word, "phase="); found {
			order = append(order, name)
		} else if len(order) > 0 {
			name := order[len(order)-1]
			sections[name] = append(sections[name], word)
		}
	}
	return sections, order
}

// workers returns the words about workers of one phase, in the form in which the tables below state them.
func (w contract) workers(c wrapperCall, phase string) string {
	w.t.Helper()
	sections, _ := w.phases(c)
	var words []string
	for _, word := range sections[phase] {
		switch key, _, _ := strings.Cut(word, "="); key {
		case "workers", "workers-from", "dist", "restart", "max":
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

func TestContractA1SameWorkers(t *testing.T) {
	w := contractFor(t, "sparkless")
	want := w.run(call("-n", "3"))
	for _, args := range [][]string{{"-n3"}, {"-n=3"}, {"--numprocesses=3"}, {"--numprocesses", "3"}, {"-n", "2", "-n", "3"}} {
		if diff := want.diff(w.run(call(args...))); diff != "" {
			t.Errorf("%q is not -n 3:\n%s", args, diff)
		}
	}
}

// TestContractARefusals: A2, A3, A9, A12, B8, B10, C1 and C3 stop before anything runs.
func TestContractARefusals(t *testing.T) {
	w := contractFor(t, "sparkless")
	for item, c := range map[string]struct {
		call wrapperCall
		says string
	}{
		"A2 -n":             {call("-n"), "-n needs a value"},
		"A2 --backend":      {call("--backend"), "--backend needs a value"},
		"A3 negative":       {call("-n=-1"), "-n needs a number"},
		"A3 fraction":       {call("-n", "2.5"), "'2.5'"},
		"A3 empty":          {call("-n", ""), "-n needs a number"},
		"A3 word":           {call("-n", "x"), "'x'"},
		"A3 upper case":     {call("-n", "AUTO"), "'AUTO'"},
		"A9 serial":         {call("--serial", "-n", "4"), "contradict"},
		"A9 serial, turned": {call("-n", "auto", "--serial"), "contradict"},
		"A9 fail fast":      {call("--fail-fast", "--keep-going"), "contradict"},
		"A12":               {call("-n", "-x"), "-n needs a value, not '-x'"},
		"B8":                {call().with("SPARKLESS_TEST_WORKERS", "2 -x"), "SPARKLESS_TEST_WORKERS needs a number"},
		"B8 fraction":       {call().with("SPARKLESS_TEST_WORKERS", "2.5"), "'2.5'"},
		"B10":               {call("--dist", "bogus"), "known: each load loadfile loadgroup loadscope no worksteal"},
		"C1 flag":           {call("--backend", "robbin"), "did you mean robin? known: mock pyspark both robin"},
		"C1 variable":       {call().with("SPARKLESS_TEST_BACKEND", "robbin"), "unknown backend (from SPARKLESS_TEST_BACKEND) 'robbin'; did you mean robin?"},
		"C3":                {call().with("SPARKLESS_TEST_BACKEND", "mock").with("MOCK_SPARK_TEST_BACKEND", "robin"), "says backend mock and MOCK_SPARK_TEST_BACKEND says robin"},
		"phase":             {call("--phase", "unti"), "did you mean unit?"},
		"shard":             {call("--shard"), "--shard needs a value"},
		"shard, an option":  {call("--shard", "-x"), "--shard needs a value, not '-x'"},
		"shard, empty":      {call("--shard="), "--shard needs I/N, two whole numbers with 1 <= I <= N <= 100, not ''"},
		"shard, one number": {call("--shard=2"), "not '2'"},
		"shard, none":       {call("--shard=0/2"), "not '0/2'"},
		"shard, beyond":     {call("--shard=3/2"), "not '3/2'"},
		"shard, too many":   {call("--shard=1/101"), "not '1/101'"},
		"shard, fraction":   {call("--shard=1.5/2"), "not '1.5/2'"},
		"shard, huge":       {call("--shard=1/18446744073709551617"), "not '1/18446744073709551617'"},
		"shard, last wins":  {call("--shard=1/2", "--shard", "x"), "not 'x'"},
	} {
		t.Run(item, func(t *testing.T) { contract{w.wrapper, t}.refuses(c.call, c.says) })
	}
}

// TestContractAForwarding: A4, A6 and A11.
func TestContractAForwarding(t *testing.T) {
	w := contractFor(t, "sparkless")
	odd := []string{"-rA", "-vv", "--cov=x", "-k", "a and b", "-m", "", "-k", "*", "--x=$(y)", "-W", "-n", "-p", "--phase"}
	if got := w.forPytest(call(odd...)); !slices.Equal(got, odd) {
		t.Errorf("A4: %q becomes %q", odd, got)
	}
	c := call("-x", "--", "-n", "9", "--backend", "robin", "--", "")
	if got := w.forPytest(c); !slices.Equal(got, []string{"-x", "-n", "9", "--backend", "robin", "--", ""}) {
		t.Errorf("A6: pytest gets %q", got)
	}
	if got := w.workers(c, "unit"); got != "workers=8 workers-from=defaults dist=loadfile restart=0" {
		t.Errorf("A6: words after -- change the workers: %s", got)
	}
	c = call("-x", "-n", "3")
	if got := w.workers(c, "unit"); !strings.HasPrefix(got, "workers=3 workers-from=flag") || !slices.Equal(w.forPytest(c), []string{"-x"}) {
		t.Errorf("A11: %s", got)
	}
}

func TestContractA5Paths(t *testing.T) {
	w := contractFor(t, "sparkless")
	all := []string{"unit", "parity", "performance", "documentation", "other", "other+serial"}
	for _, c := range []struct {
		call  wrapperCall
		order []string
		words []string
	}{
		{call("tests/unit/a.py::t"), []string{"ad-hoc"}, []string{"tests/unit/a.py::t"}},
		{call("-k", "foo"), all, []string{"-k", "foo"}},
		{call("--maxfail", "2", "--deselect", "a.py::t"), all, []string{"--maxfail", "2", "--deselect", "a.py::t"}},
		{call("--of-a-plugin", "value"), []string{"ad-hoc"}, []string{"--of-a-plugin", "value"}},
		{call("--of-a-plugin=value"), all, []string{"--of-a-plugin=value"}},
		{call("--phase", "parity", "tests/parity/a.py"), []string{"parity"}, []string{"tests/parity/a.py"}},
	} {
		sections, order := w.phases(c.call)
		if !slices.Equal(order, c.order) || !slices.Equal(w.forPytest(c.call), c.words) {
			t.Errorf("%s: phases %q, for pytest %q", c.call, order, w.forPytest(c.call))
		}
		hasPath := slices.ContainsFunc(sections[order[0]], func(word string) bool { return strings.HasPrefix(word, "path=") })
		if withPath := slices.ContainsFunc(c.words, func(word string) bool { return strings.HasPrefix(word, "tests/") || word == "value" }); hasPath == withPath {
			t.Errorf("%s: paths of the policy are there: %v", c.call, hasPath)
		}
	}
}

func TestContractA7Options(t *testing.T) {
	w := contractFor(t, "sparkless")
	for _, c := range []struct{ args, word string }{
		{"--dry-run", "mode=dry-run"}, {"--print-config", "mode=print-config"}, {"--verify", "mode=verify"}, {"--keep-going", "keep-going=1"}, {"--fail-fast", "keep-going=0"},
		{"", "keep-going=1"}, {"--log-dir=d", "log-dir=d"}, {"--junit-dir=d", "junit-dir=d"}, {"--no-color", "color=never"},
		{"--no-preflight", "preflight=0"}, {"", "preflight=1"}, {"", "mode=run"},
		{"--shard 2/4", "shard=2/4"}, {"--shard=100/100", "shard=100/100"}, {"--shard=1/3 --shard 02/0010 tests/a.py", "shard=2/10"},
	} {
		if got := w.global(call(strings.Fields(c.args)...)); !slices.Contains(got, c.word) {
			t.Errorf("%q: no %s in %q", c.args, c.word, got)
		}
	}
	if got := w.global(call("--", "--shard", "1/2")); slices.ContainsFunc(got, func(word string) bool { return strings.HasPrefix(word, "shard=") }) {
		t.Errorf("--shard behind -- and none at all: %q", got)
	}
	if _, order := w.phases(call("--phase", "parity", "--phase=unit")); !slices.Equal(order, []string{"unit", "parity"}) {
		t.Errorf("--phase twice runs %q", order)
	}
	if _, order := w.phases(call("--skip-phase", "other", "--skip-phase=unit")); !slices.Equal(order, []string{"parity", "performance", "documentation"}) {
		t.Errorf("--skip-phase twice leaves %q", order)
	}
	for args, stdout := range map[string]string{"--list": "unit\nparity\nperformance\ndocumentation\nother\n", "--policy-version": w.input.Version + "\n"} {
		if out := w.run(call(args)); out.Code != 0 || out.Exec != nil || out.Stdout != stdout {
			t.Errorf("%s: exit %d, prints %q", args, out.Code, out.Stdout)
		}
	}
}

// TestContractA10Help: what --help must say; its wording is in the files named *.help. F1 is part of it.
func TestContractA10Help(t *testing.T) {
	w := contractFor(t, "sparkless")
	out := w.run(call("--help"))
	if out.Code != 0 || out.Exec != nil || out.Stderr != "" {
		t.Errorf("exit %d, %q", out.Code, out.Stderr)
	}
	text := strings.Join(strings.Fields(out.Stdout), " ")
	for _, says := range []string{
		"SPARKLESS_TEST_BACKEND", "MOCK_SPARK_TEST_BACKEND", "SPARKLESS_TEST_WORKERS", "PYTHON", "NO_COLOR", "RUN_ALL_TESTS_DEBUG=1",
		"mock (default) 8 no cap", "robin 4 cap 4; more by -n: warn, by environment: clamp",
		"policy/sparkless.cue", "for policygen >=0.1", "64 usage", "66 a path does not exist", "69 something needed is not installed",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("no %q in\n%s", says, out.Stdout)
		}
	}
	order := regexp.MustCompile(`\b130 .*\b128\+N .*\b124 .*\b3 .*\b4 .*\b2 .*\b1 .*\b5 .*\b0 `)
	if !order.MatchString(text) {
		t.Errorf("F1: the exit codes are not in their order:\n%s", out.Stdout)
	}
}

// TestContractBWorkers: the resolution table, B1 to B4, B10 and B11.
func TestContractBWorkers(t *testing.T) {
	wrappers := map[string]*wrapper{}
	for _, policy := range []string{"sparkless", "caps", "every_field"} {
		wrappers[policy] = contractFor(t, policy).wrapper
	}
	robin := func(args ...string) wrapperCall { return call(append([]string{"--backend", "robin"}, args...)...) }
	env := func(c wrapperCall, value string) wrapperCall { return c.with("SPARKLESS_TEST_WORKERS", value) }
	for _, c := range []struct {
		item, policy, phase string
		call                wrapperCall
		want, note          string
	}{
		{"B1 flag", "sparkless", "unit", env(robin("--phase=unit", "-n", "3"), "2"), "workers=3 workers-from=flag dist=load restart=1000 max=4", ""},
		{"B1 env", "sparkless", "unit", env(robin(), "2"), "workers=2 workers-from=env SPARKLESS_TEST_WORKERS dist=load restart=1000 max=4", ""},
		{"B1 backend", "sparkless", "unit", robin(), "workers=4 workers-from=backend dist=load restart=1000 max=4", ""},
		{"B1 defaults", "sparkless", "unit", call(), "workers=8 workers-from=defaults dist=loadfile restart=0", ""},
		{"B1 phase", "caps", "b", call(), "workers=1 workers-from=phase dist=loadgroup restart=0 max=1", ""},
		{"B1 phase over backend", "every_field", "rest", call("--backend", "native"), "workers=3 workers-from=phase dist=worksteal restart=50 max=3", ""},
		{"B1 phase for a backend", "every_field", "unit", call("--backend", "native"), "workers=1 workers-from=phase for this backend dist=worksteal restart=50 max=4", ""},
		{"B2 flag, warn", "sparkless", "unit", robin("--phase=unit", "-n", "12"), "workers=12 workers-from=flag dist=load restart=1000 max=12", "12 workers (from flag) are over the cap of 4 for backend robin (robin-native-crash)"},
		{"B2 env, clamp", "sparkless", "unit", env(robin(), "12"), "workers=4 workers-from=env SPARKLESS_TEST_WORKERS dist=load restart=1000 max=4", "12 workers (from env SPARKLESS_TEST_WORKERS) are over the cap of 4 for backend robin (robin-native-crash); running with 4"},
		{"B2 at the cap", "sparkless", "unit", robin("--phase=unit", "-n", "4"), "workers=4 workers-from=flag dist=load restart=1000 max=4", ""},
		{"B2 flag, clamp", "caps", "a", call("--backend=clamp", "-n9", "--phase=a"), "workers=3 workers-from=flag dist=load max=3", "9 workers (from flag) are over the cap of 3 for backend clamp; running with 3"},
		{"B2 env, warn", "caps", "a", call("--phase=a").with("WORKERS", "10"), "workers=10 workers-from=env WORKERS dist=load max=10", "10 workers (from env WORKERS) are over the cap of 9 for backend warn"},
		{"B2 the smaller cap", "caps", "b", call("--phase=b", "-n2"), "workers=2 workers-from=flag dist=loadgroup restart=0 max=2", "2 workers (from flag) are over the cap of 1 for backend warn"},
		{"B3 auto", "sparkless", "unit", robin("--phase=unit", "-n", "auto"), "workers=auto workers-from=flag dist=load restart=1000 max=4", ""},
		{"B3 logical", "sparkless", "unit", env(robin(), "logical"), "workers=logical workers-from=env SPARKLESS_TEST_WORKERS dist=load restart=1000 max=4", ""},
		{"B3 after --", "sparkless", "unit", robin("--", "-n", "9", "--maxprocesses=9"), "workers=4 workers-from=backend dist=load restart=1000 max=4", ""},
		{"B4 zero", "sparkless", "unit", robin("-n", "0"), "workers=0 workers-from=flag", ""},
		{"B4 serial", "sparkless", "performance", call(), "workers=0 workers-from=serial", ""},
		{"B4 --serial", "sparkless", "unit", robin("--serial", "--dist", "load"), "workers=0 workers-from=flag", ""},
		{"B10 flag", "sparkless", "unit", call("--dist", "worksteal"), "workers=8 workers-from=defaults dist=worksteal", ""},
		{"B11 grouped by flag", "sparkless", "unit", robin("--dist", "loadscope"), "workers=4 workers-from=backend dist=loadscope restart=0 max=4", ""},
		{"E5", "sparkless", "performance", call("-n", "4"), "workers=0 workers-from=serial", "a phase that the policy makes serial stays serial: -n 4 does not count there"},
	} {
		t.Run(c.item, func(t *testing.T) {
			w := contract{wrappers[c.policy], t}
			if got := w.workers(c.call, c.phase); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.call, got, c.want)
			}
			if notes := w.notes(c.call); c.note == "" && notes != nil || c.note != "" && !slices.Equal(notes, []string{c.note}) {
				t.Errorf("%s: the notes are %q", c.call, notes)
			}
		})
	}
	caps := contract{wrappers["caps"], t}
	caps.refuses(call("--backend", "refuse", "-n", "10"), "10 workers (from flag) are over the cap of 9")
	caps.refuses(call("--backend", "refuse").with("WORKERS", "10"), "10 workers (from env WORKERS) are over the cap of 9")
}

// notes returns all notes of a run.
func (w contract) notes(c wrapperCall) (notes []string) {
	w.t.Helper()
	for _, word := range w.run(c).Exec {
		if note, found := strings.CutPrefix(word, "note="); found {
			notes = append(notes, note)
		}
	}
	return notes
}

// TestContractCBackend: C1 to C4, where a backend comes from and what it sets.
func TestContractCBackend(t *testing.T) {
	w := contractFor(t, "sparkless")
	for _, c := range []struct {
		call          wrapperCall
		backend, from string
	}{
		{call(), "mock", "default"},
		{call("--backend", "mock").with("SPARKLESS_TEST_BACKEND", "robin"), "mock", "flag"},
		{call("--backend", "mock").with("MOCK_SPARK_TEST_BACKEND", "robin"), "mock", "flag"},
		{call("--backend", "robin", "--backend=both"), "both", "flag"},
		{call().with("SPARKLESS_TEST_BACKEND", " Robin \t"), "robin", "env SPARKLESS_TEST_BACKEND"},
		{call().with("SPARKLESS_TEST_BACKEND", " ").with("MOCK_SPARK_TEST_BACKEND", "ROBIN"), "robin", "env MOCK_SPARK_TEST_BACKEND"},
		{call().with("SPARKLESS_TEST_BACKEND", "both").with("MOCK_SPARK_TEST_BACKEND", "Both"), "both", "env SPARKLESS_TEST_BACKEND"},
	} {
		got := w.global(c.call)
		for _, word := range []string{"backend=" + c.backend, "backend-from=" + c.from,
			"env=SPARKLESS_TEST_BACKEND=" + c.backend, "env=MOCK_SPARK_TEST_BACKEND=" + c.backend} {
			if !slices.Contains(got, word) {
				t.Errorf("%s: no %s in %q", c.call, word, got)
			}
		}
	}
	sections, _ := w.phases(call("--backend", "robin"))
	for name, words := range sections {
		for _, word := range []string{"env=SPARKLESS_BACKEND=robin", "env-default=POLARS_MAX_THREADS=1", "env-default=RAYON_NUM_THREADS=1"} {
			if !slices.Contains(words, word) {
				t.Errorf("C4, B9: phase %s has no %s", name, word)
			}
		}
	}
	if sections, _ := w.phases(call()); !slices.Contains(sections["unit"], "unset=SPARKLESS_BACKEND") {
		t.Error("D8: backend mock keeps SPARKLESS_BACKEND of the caller")
	}
	if bytes.Contains(w.Text, []byte("without PySpark")) {
		t.Error("C7: the wrapper has words for what it cannot know")
	}
}

func TestContractD2Interpreter(t *testing.T) {
	w := contractFor(t, "sparkless")
	python := []string{"/mine/python", "/env/bin/python", "tests/../.venv/bin/python", "tests/../venv/bin/python"}
	full := wrapperCall{Script: "tests/run.sh", Python: python, Commands: []string{"python", "python3"}}
	for _, c := range []struct {
		call         wrapperCall
		python, from string
	}{
		{full.with("VIRTUAL_ENV", "/env").with("PYTHON", "/mine/python"), "/mine/python", "PYTHON"},
		{full.with("VIRTUAL_ENV", "/env"), "/env/bin/python", "VIRTUAL_ENV"},
		{full.with("VIRTUAL_ENV", "/gone"), "tests/../.venv/bin/python", ".venv"},
		{full, "tests/../.venv/bin/python", ".venv"},
		{wrapperCall{Script: "tests/run.sh", Python: python[3:], Commands: full.Commands}, "tests/../venv/bin/python", "venv"},
		{wrapperCall{Script: "tests/run.sh", Commands: full.Commands}, "python3", "PATH"},
		{wrapperCall{Script: "tests/run.sh", Commands: []string{"python"}}, "python", "PATH"},
	} {
		out := w.run(c.call)
		if out.Exec == nil || out.Exec[0] != c.python || !slices.Contains(out.Exec, "python-from="+c.from) {
			t.Errorf("%s: %q, want %s from %s", c.call, out.Exec, c.python, c.from)
		}
	}
	if out := w.run(wrapperCall{Script: "tests/run.sh"}); out.Code != 69 || out.Exec != nil {
		t.Errorf("without any Python: exit %d", out.Code)
	}
}

// TestContractEPhases: E1, E2, E4, E6, E8 and G9, each phase of a policy with every field as one line of words.
func TestContractEPhases(t *testing.T) {
	common := "arg=-v arg=--strict-markers"
	limits := "arg=--timeout=90 arg=--timeout-method=signal arg=-o arg=faulthandler_timeout=45"
	env := "unset=GIT_DIR unset=GIT_INDEX_FILE env-default=OMP_NUM_THREADS=1 env=PYTHONHASHSEED=random"
	parallel := "workers=logical workers-from=defaults dist=loadscope restart=0 max=16"
	want := []string{
		"quick limit=3600 " + common + " " + limits + " " + env + " env=TZ=UTC allow-empty=1 required=0 path=tests/quick workers=0 workers-from=serial",
		"unit limit=1800 " + common + " arg=-m arg=(not slow) and not (serial) arg=-k arg=not flaky " + limits + " " + env +
			" env=SUITE=unit env=TZ=UTC allow-empty=1 path=tests/unit path=tests/more unit " + parallel,
		"unit+serial limit=1800 " + common + " arg=-m arg=(not slow) and (serial) arg=-k arg=not flaky " + limits + " " + env +
			" env=SUITE=unit env=TZ=UTC allow-empty=1 path=tests/unit path=tests/more unit workers=0 workers-from=serial",
		"rest limit=3600 " + common + " " + limits + " " + env + " env=TZ=UTC arg=--ignore=tests/quick arg=--ignore=tests/unit arg=--ignore=tests/more unit" +
			" path=tests workers=3 workers-from=phase dist=loadscope restart=0 max=3",
	}
	sections, order := contractFor(t, "every_field").phases(call())
	for i, name := range order {
		if got := name + " " + strings.Join(sections[name], " "); i >= len(want) || !sameWords(got, want[i]) {
			t.Errorf("got  %s\nwant %s", got, want[min(i, len(want)-1)])
		}
	}
	if len(order) != len(want) {
		t.Errorf("the phases are %q", order)
	}
	sections, _ = contractFor(t, "sparkless").phases(call("--backend", "robin"))
	for phase, words := range map[string][]string{
		"unit":          {"arg=-m", "arg=not performance", "path=tests/unit", "limit=1800"},
		"performance":   {"arg=-m", "arg=performance", "allow-empty=1", "workers=0", "limit=600"},
		"documentation": {"workers=0", "limit=300", "arg=--timeout=120"},
		"other":         {"arg=-m", "arg=not (delta)", "arg=--ignore=tests/unit", "arg=--ignore=tests/parity", "arg=--ignore=tests/documentation", "path=tests"},
		"other+serial":  {"arg=-m", "arg=delta", "workers=0"},
	} {
		for _, word := range words {
			if !slices.Contains(sections[phase], word) {
				t.Errorf("phase %s has no word %q in %q", phase, word, sections[phase])
			}
		}
	}
}

// sameWords compares two lines whose variables may stand in another order.
func sameWords(a, b string) bool {
	first, second := strings.Fields(a), strings.Fields(b)
	slices.Sort(first)
	slices.Sort(second)
	return slices.Equal(first, second)
}

// TestContractLText: D3, F5, L3, L5 and M1, what the text of a wrapper has and never has.
func TestContractLText(t *testing.T) {
	header := regexp.MustCompile(`^#!/usr/bin/env bash
# Code generated by policygen from (\S.*); DO NOT EDIT\.
# Edit the policy instead and run: policygen render.*
# Policy .* [0-9a-f]{12} \(.*\); everything below this line is sha256:([0-9a-f]{64})
`)
	for name, in := range inputs(t) {
		r, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range r.Artifacts {
			if in.Policy.Targets[i].Kind != "wrapper" {
				continue
			}
			if a.Mode != 0o755 {
				t.Errorf("L5: %s has mode %o", a.Path, a.Mode)
			}
			parts := header.FindSubmatchIndex(a.Content)
			if parts == nil {
				t.Errorf("M1: %s: the header is\n%.400s", name, a.Content)
				continue
			}
			if sum := sha256.Sum256(a.Content[parts[1]:]); hex.EncodeToString(sum[:]) != string(a.Content[parts[4]:parts[5]]) {
				t.Errorf("M1: %s: the digest is not that of the text below its line", name)
			}
			script := strings.ReplaceAll(string(a.Content), mustQuote(runnerSource), "")
			if !strings.Contains(script, "\nset -u\n") || strings.Contains(script, "set -e") {
				t.Errorf("L3: %s: set -u is missing, or set -e is there", name)
			}
			if banned := regexp.MustCompile(`(?m)^\s*(\. |source )|if ! |/activate\b|\bset \+u`).FindString(script); banned != "" && name != "quotes" {
				t.Errorf("D3, F5: %s: %q", name, banned)
			}
		}
	}
}

// bare writes a project whose root holds a pytest that says how it was started, and a folder with nothing but bash and Python.
func bare(t *testing.T) (p project, path string) {
	t.Helper()
	w := contractFor(t, "smallest")
	p = newProject(t, w.wrapper)
	p.write("tests/a b.py", "")
	p.write("pytest/__init__.py", "")
	p.write("pytest/__main__.py", "import os, sys\nprint('argv', sys.argv[1:], os.getcwd())\n")
	for name, version := range map[string]string{"pytest": "8.4.2", "pytest-xdist": "3.8.0"} {
		p.write(name+"-"+version+".dist-info/METADATA", fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version))
	}
	path = filepath.Join(t.TempDir(), "bin")
	python, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	bash, err2 := exec.LookPath("bash")
	if err := errors.Join(err, err2, os.Mkdir(path, 0o777), os.Symlink(bash, filepath.Join(path, "bash"))); err != nil {
		t.Fatal(err)
	}
	// A link to Python would be taken for one outside of its environment.
	text := fmt.Sprintf("#!%s\nexec %s \"$@\"\n", bash, mustQuote(strings.TrimSpace(string(python))))
	if err := os.WriteFile(filepath.Join(path, "python3"), []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
	return p, path
}

// TestContractL6NothingElse: with bash and Python alone on PATH and no other variable, started by its own first line from anywhere
// (D1), a phase runs in the root of the project.
func TestContractL6NothingElse(t *testing.T) {
	p, path := bare(t)
	cmd := exec.Command(filepath.Join(p.dir, p.path), "--junit-dir", "x", "--", "é *")
	cmd.Env, cmd.Dir = []string{"PATH=" + path}, "/"
	out, err := cmd.CombinedOutput()
	root, _ := filepath.EvalSymlinks(p.dir)
	want := "argv ['-p', 'policygen_events', 'tests', '--junitxml=x/all-only.xml', 'é *', '-n', '0'] " + root
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v; no %q in\n%s", err, want, out)
	}
}

// TestContractM5Trace: RUN_ALL_TESTS_DEBUG=1 traces on stderr and changes nothing else; any other value says nothing.
func TestContractM5Trace(t *testing.T) {
	w := contractFor(t, "sparkless")
	p := newProject(t, w.wrapper)
	for value, traced := range map[string]bool{"1": true, "0": false, "": false} {
		out := p.run([]string{"bash"}, wrapperCall{Script: p.path, Args: []string{"--list"}, Env: map[string]string{"RUN_ALL_TESTS_DEBUG": value}})
		if out.Code != 0 || out.Stdout != "unit\nparity\nperformance\ndocumentation\nother\n" || strings.Contains(out.Stderr, "+ ") != traced {
			t.Errorf("%q: exit %d, stdout %q, stderr %.200q", value, out.Code, out.Stdout, out.Stderr)
		}
	}
}
