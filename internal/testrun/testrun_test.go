package testrun

import (
	"os"
	"path/filepath"
	"testing"
)

// A fake notes how a test would have ended.
type fake struct {
	testing.TB
	failed, skipped bool
}

func (f *fake) Helper()               {}
func (f *fake) Fatalf(string, ...any) { f.failed = true; panic(f) }
func (f *fake) Skipf(string, ...any)  { f.skipped = true; panic(f) }

func ended(ask func(t testing.TB) string) (found string, f *fake) {
	f = &fake{}
	defer func() {
		if r := recover(); r != nil && r != any(f) {
			panic(r)
		}
	}()
	return ask(f), f
}

// TestMissing: nothing that is missing is passed over in CI.
func TestMissing(t *testing.T) {
	dir := t.TempDir()
	tool := filepath.Join(dir, "tool")
	if err := os.WriteFile(tool, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(t testing.TB) string{
		"python":  func(t testing.TB) string { return Python(t, Newest) },
		"judge":   func(t testing.TB) string { return Judge(t, "tool") },
		"program": func(t testing.TB) string { return Program(t, "tool") },
	} {
		for _, v := range []string{Newest, "POLICYGEN_TEST_JUDGES", "PATH"} {
			t.Setenv(v, "")
		}
		for ci, failed := range map[string]bool{"true": true, "": false} {
			t.Setenv("CI", ci)
			if _, f := ended(ask); f.failed != failed || f.skipped == failed {
				t.Errorf("%s with CI=%s: failed %t, skipped %t", name, ci, f.failed, f.skipped)
			}
		}
		t.Setenv(Newest, tool)
		t.Setenv("POLICYGEN_TEST_JUDGES", dir)
		t.Setenv("PATH", dir)
		if found, f := ended(ask); found != tool || f.failed || f.skipped {
			t.Errorf("%s: found %q, %+v", name, found, f)
		}
	}
	t.Setenv("CI", "")
	t.Setenv("POLICYGEN_TEST_JUDGES", t.TempDir())
	if _, f := ended(func(t testing.TB) string { return Judge(t, "tool") }); !f.skipped {
		t.Error("a judge that is not in the folder is none")
	}
}

func TestFigure(t *testing.T) {
	for soak, want := range map[string][2]int{"": {10, 1}, "1": {100, 3}} {
		t.Setenv("POLICYGEN_SOAK", soak)
		if got := [2]int{Figure(100), Figure(3)}; got != want {
			t.Errorf("POLICYGEN_SOAK=%s: %v", soak, got)
		}
	}
}
