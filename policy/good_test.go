package policy

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestGoodPolicies(t *testing.T) {
	paths, err := filepath.Glob("testdata/good/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no good policies", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			p, err := testLoader(t).load(readSources(t, path), testTool)
			if err != nil {
				t.Fatal(err)
			}
			if plans, err := p.Resolve(); err != nil || len(plans) == 0 {
				t.Errorf("%d plans, error %v", len(plans), err)
			}
		})
	}
}

// TestEmbeddedPolicy reads the decisions that the embedded policy exists for, with policygen's real facts.
func TestEmbeddedPolicy(t *testing.T) {
	p, err := Load(Embedded(), testTool)
	if err != nil {
		t.Fatal(err)
	}
	robin := findPlan(t, p, "robin", "unit", WholePhase)
	if robin.Workers.Value != "4" || robin.Cap.Value != 4 || robin.BeyondFlag.Value != Warn || robin.BeyondEnv.Value != Clamp {
		t.Errorf("robin: %s workers, cap %d, beyond %s and %s", robin.Workers.Value, robin.Cap.Value, robin.BeyondFlag.Value, robin.BeyondEnv.Value)
	}
	if isGrouped(robin.Dist.Value) {
		t.Errorf("robin runs under %s, which pytest-xdist's issue 714 breaks", robin.Dist.Value)
	}
	for _, r := range robin.Requires {
		if r.Range.IsEmpty() || len(r.Bounds) == 0 {
			t.Errorf("%s: %s", r.Package, r.Range)
		}
	}
	if p.DefaultBackend.Value != "mock" || !strings.HasPrefix(p.Sources[0], "policy/") {
		t.Errorf("default backend %q of %q", p.DefaultBackend.Value, p.Sources)
	}
}

// TestEncodings loads a policy as other editors write it.
func TestEncodings(t *testing.T) {
	want := digestOf(t, digested)
	for name, text := range map[string]string{
		"carriage returns": strings.ReplaceAll(digested, "\n", "\r\n"),
		"byte order mark":  "\ufeff" + digested,
		"no last newline":  strings.TrimSpace(digested),
		"one line":         strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(digested, "\n", ", "), "{, ", "{"), ", }", "}"),
	} {
		if got := digestOf(t, text); got != want {
			t.Errorf("%s: digest %s, want %s", name, got, want)
		}
	}
}

// TestLoadIsDeterministic loads a policy with many mistakes, and the embedded one, several times.
func TestLoadIsDeterministic(t *testing.T) {
	sources := readSources(t, "testdata/broken/several.cue")
	_, want := testLoader(t).load(sources, testTool)
	for range 10 {
		if _, got := testLoader(t).load(sources, testTool); got.Error() != want.Error() {
			t.Fatalf("got\n%v\nwant\n%v", got, want)
		}
	}
	first, err := Load(Embedded(), testTool)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(Embedded(), testTool)
	if err != nil || first.Digest() != again.Digest() {
		t.Errorf("two digests of one policy, error %v", err)
	}
}
