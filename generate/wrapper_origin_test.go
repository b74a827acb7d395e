package generate

import (
	"os"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
	"policygen/policy"
)

// A loaded is a policy with its only own source.
type loaded struct {
	Input
	source policy.Source
}

func loadSource(s policy.Source) (loaded, error) {
	p, err := policy.Load([]policy.Source{s}, "0.1.0")
	if err != nil {
		return loaded{}, err
	}
	in, err := NewInput(p, "policygen render")
	in.Version = "version" // which holds a digest of everything
	return loaded{in, s}, err
}

// loadedPolicies returns the embedded policy and those of testdata/policies, by name.
func loadedPolicies(t *testing.T) map[string]loaded {
	t.Helper()
	all := map[string]loaded{}
	for _, name := range []string{"sparkless", "caps", "ci", "ci_small", "every_field", "quotes", "ranges", "serial", "smallest", "targets"} {
		source := policy.Embedded()[0]
		if name != "sparkless" {
			text, err := os.ReadFile("testdata/policies/" + name + ".cue")
			if err != nil {
				t.Fatal(err)
			}
			source = policy.Source{Name: "policygen.cue", Text: text}
		}
		l, err := loadSource(source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = l
	}
	return all
}

// wrapperOf renders the wrapper of a policy where its target says.
func wrapperOf(t *testing.T, l loaded) *wrapper {
	t.Helper()
	for _, target := range l.Policy.Targets {
		if target.Kind != "wrapper" {
			continue
		}
		w := parsedWrapper(t, l.Input, target.Path)
		return w
	}
	t.Fatal("no wrapper")
	return nil
}

// describe returns the origins as fields of the policy, or file and line where the field has a list of names, and facts.
func (l loaded) describe(origins []Origin) []string {
	var all []string
	for _, o := range origins {
		text := o.Fact
		if o.Pos.File == l.source.Name {
			lines := strings.Split(string(l.source.Text), "\n")
			text = strings.TrimSpace(text + " " + strings.TrimSpace(lines[o.Pos.Line-1][o.Pos.Column-1:]))
		}
		if text == "" {
			text = "in a fact of policygen's own"
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// TestOriginsOfEmbeddedWrapper names lines of the wrapper by a text that one line has, in the order of the wrapper, and what each follows from:
// the text of the policy from the place on, or its beginning, behind the fact.
func TestOriginsOfEmbeddedWrapper(t *testing.T) {
	l := loadedPolicies(t)["sparkless"]
	w := wrapperOf(t, l)
	lines := strings.Split(strings.TrimSuffix(string(w.Text), "\n"), "\n")
	if len(lines) != len(w.origins) {
		t.Fatalf("%d lines, and origins of %d", len(lines), len(w.origins))
	}
	rendering, err := Render(l.Input)
	if got := rendering.Origins("tests/run_all_tests.sh", 3); err != nil || got != nil {
		t.Errorf("line 3: %q, %v", got, err)
	}
	if got := l.describe(rendering.Origins("tests/run_all_tests.sh", 4)); len(got) != 1 {
		t.Errorf("line 4: %q", got)
	}
	from := 0
	for _, c := range []struct {
		text string
		from []string
	}{
		{"#!/usr/bin/env bash", nil},
		{"DO NOT EDIT", nil},
		{"everything below this line is", []string{`"sparkless"`}},
		{"#   robin: xdist-714 (", []string{`robin: {`, `xdist-714 "xdist-714": {`}},
		{"set -u", nil},
		{"Usage: run_all_tests.sh", []string{`"tests/run_all_tests.sh"`}},
		{"Runs the tests of sparkless", []string{`"sparkless"`}},
		{"--backend robin", []string{`"tests/run_all_tests.sh"`, `robin: {`}},
		{"--backend NAME", []string{"both: {", "mock: title", "pyspark: {", "robin: {"}},
		{"--phase NAME", []string{"documentation: {", "other: {", "parity: {", "performance: {", "unit: {"}},
		{"--shard I/N", nil},
		{"MOCK_SPARK_TEST_BACKEND", []string{`"MOCK_SPARK_TEST_BACKEND"]`}},
		{"SPARKLESS_TEST_WORKERS", []string{`"SPARKLESS_TEST_WORKERS"`}},
		{"NO_COLOR", nil},
		{"mock (default)", []string{`"mock"`, "8", "mock: title"}},
		{"both  ", []string{"4", "both: {"}},
		{"cap 4; more by -n: warn", []string{`"clamp"}}`, `"warn", env: "clamp"}}`, `4, beyond: {`, `4, max: 4`, "robin-native-crash \"robin-native-crash\": {", "robin: {"}},
		{"Exit codes", nil},
		{", for policygen ", []string{`"sparkless"`}},
		{"Try: run_all_tests.sh --help", []string{`"tests/run_all_tests.sh"`}},
		{"[Rr][Oo][Bb][Ii][Nn])", []string{"robin: {"}},
		{"unknown \"backend (from", []string{"both: {", "mock: title", "pyspark: {", "robin: {"}},
		{"pg_valued=' '", nil},
		{"unit | parity |", []string{"documentation: {", "other: {", "parity: {", "performance: {", "unit: {"}},
		{"each | load", []string{"xdist-dist-each", "xdist-dist-load", "xdist-dist-loadfile", "xdist-dist-loadgroup", "xdist-dist-loadscope", "xdist-dist-no", "xdist-dist-worksteal"}},
		{"backend_env SPARKLESS_TEST_BACKEND", []string{`"SPARKLESS_TEST_BACKEND", "MOCK`}},
		{"pg_backend=mock", []string{`"mock"`}},
		{"worker_count SPARKLESS_TEST_WORKERS", []string{`"SPARKLESS_TEST_WORKERS"`}},
		{`"$pg_root"/.venv/bin`, []string{`".venv", "venv"]`}},
		{"pg_python_from=venv", []string{`"venv"]`}},
		{"command -v python3", nil},
		{"pg_runner=", nil},
		{"name=run_all_tests.sh", []string{`"sparkless"`, `"tests/run_all_tests.sh"`}},
		{"pythonpath=.", []string{`"."]`}},
		{`"env=SPARKLESS_TEST_BACKEND=`, []string{`"MOCK_SPARK_TEST_BACKEND"]`, `"SPARKLESS_TEST_BACKEND", "MOCK`}},
		{"mock) set --", []string{"mock: title"}},
		{"'need=pytest' ", []string{`">=8.0,<9.1"`, "in a fact"}},
		{"robin) set --", []string{"robin: {"}},
		{"'because=xdist-714'", []string{`xdist-714 "xdist-714": {`}},
		{"for pg_run in unit", []string{`"delta"`, "documentation: {", "other: {", "parity: {", "performance: {", "unit: {"}},
		{"unit)", []string{"unit: {"}},
		{"mock | pyspark)", []string{"mock: title", "pyspark: {"}},
		{"pg_fixed=8 pg_from=defaults pg_dist=loadfile", []string{`"loadfile"`, "8"}},
		{"'phase=unit'", []string{`"--tb=short"]`, `"-v", "--tb`, `"30m"`, `"not performance"`, "unit: {"}},
		{"'arg=--timeout=300'", []string{`"300s"`, `"SPARKLESS_BACKEND"]`, `"signal"}`}},
		{"'path=tests/unit'", []string{`"tests/unit"]`}},
		{"robin)", []string{"robin: {"}},
		{"pg_fixed=4 pg_from=backend pg_max=4", []string{
			`"clamp"}}`, `"load"`, `"warn", env`, "1000", "4, beyond", "4, max", `robin-native-crash "robin`, `xdist-1323 "xdist`, `xdist-714 "xdist`}},
		{"performance)", []string{"performance: {"}},
		{"pg_from=serial", []string{"true"}},
		{"allow-empty=1", []string{`"America/New_York"`, "true"}},
		{"other)", []string{"other: {"}},
		{"arg=--ignore=tests/parity", []string{`"tests/documentation"]`, `"tests/parity"]`, `"tests/unit"]`, "true"}},
		{"other+serial)", []string{`"delta"`, "other: {"}},
		{"arg=delta", []string{`"300s"`, `"SPARKLESS_BACKEND"]`, `"delta"`, `"signal"}`}},
		{"pg_workers_env", []string{`"SPARKLESS_TEST_WORKERS"`}},
		{"A grouped mode", nil},
		{"no Python found", []string{`".venv", "venv"]`, `"tests/run_all_tests.sh"`, `"venv"]`}},
		{"exec ", nil},
	} {
		at := slices.IndexFunc(lines[from:], func(line string) bool { return strings.Contains(line, c.text) })
		if at < 0 {
			t.Errorf("no line with %q after line %d", c.text, from)
			continue
		}
		from += at
		got := l.describe(w.origins[from])
		for _, want := range c.from {
			if !slices.ContainsFunc(got, func(o string) bool { return strings.HasPrefix(o, want) }) {
				t.Errorf("line %d, %q: nothing begins with %q", from+1, c.text, want)
			}
		}
		if len(got) != len(c.from) {
			t.Errorf("line %d, %q: %q", from+1, c.text, got)
		}
	}
}

// TestMarksLeaveNoTrace: whatever is in a policy, marks are out of the text, and there are origins for each of its lines.
func TestMarksLeaveNoTrace(t *testing.T) {
	for seed := range uint64(testrun.Figure(300)) {
		in := newDice(seed + 4<<32).input()
		w := parsedWrapper(t, in, in.Policy.Targets[0].Path)
		if n := strings.Count(string(w.Text), "\n"); n != len(w.origins) || strings.Contains(string(w.Text), "\x00") {
			t.Errorf("seed %d: %d lines, origins of %d, NUL: %v", seed, n, len(w.origins), strings.Contains(string(w.Text), "\x00"))
		}
	}
}

func TestMarksInQuotedText(t *testing.T) {
	var m marks
	a, b := Origin{Fact: "a"}, Origin{Fact: "b"}
	text := "first" + m.note(a) + "\n" + m.across("it's\nthird", []Origin{b}) + m.note(a, b) + "\nlast"
	plain, origins := m.lift([]byte("x=" + m.quote(text) + "\n"))
	if want := "x='first\nit'\\''s\nthird\nlast'\n"; string(plain) != want {
		t.Errorf("%q, want %q", plain, want)
	}
	want := [][]Origin{{a}, {b}, {b, a}, nil}
	if !slices.EqualFunc(origins, want, slices.Equal) {
		t.Errorf("%v, want %v", origins, want)
	}
}
