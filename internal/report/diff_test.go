package report

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/finding"
)

// TestDiffApplies holds that git makes of the files what the fixes say, one edit for each place, and that what can't be told is named.
func TestDiffApplies(t *testing.T) {
	texts := map[string]string{
		"Makefile":      "test:\n\tpytest -n 12 tests\n\tpytest -n 12\n",
		"docs/a b.md":   "Run `pytest -n 10`\r\nno end",
		"odd.sh":        "pytest -n 12 \x1b[31m\n",
		"ignored.sh":    "pytest -n 12\n",
		"overlapped.sh": "pytest -n 12\n",
	}
	fix := func(file, old, text string) finding.Finding {
		start := strings.LastIndex(texts[file], old)
		return finding.Finding{Position: at(file, 1, 1), Code: "PG201", Message: "x",
			Fixes: []finding.Fix{{Edits: []finding.Edit{{File: file, Start: start, End: start + len(old), Text: text}}}}}
	}
	ignored := fix("ignored.sh", "12", "4")
	ignored.Suppression.Kind = finding.InSource
	beyond := finding.Finding{Position: at("gone.sh", 1, 1), Code: "PG201", Fixes: []finding.Fix{{Edits: []finding.Edit{{File: "gone.sh", End: 99}}}}}
	list := finding.List{
		fix("Makefile", "12", "4"), fix("docs/a b.md", "10", "4"), fix("odd.sh", "12", "4"), ignored, beyond,
		fix("overlapped.sh", "12", "4"), fix("overlapped.sh", "n 12", "n 5"), {Position: at("Makefile", 1, 1), Code: "PG202", Message: "no fix"},
	}
	options := Options{Source: func(name string) ([]byte, bool) { text, ok := texts[name]; return []byte(text), ok }}
	patch := write(t, "diff", Report{Findings: list}, options)
	if want := "# gone.sh is left out: its text is not known\n# odd.sh is left out: it has characters that can't be seen\n"; !strings.HasPrefix(patch, want) {
		t.Errorf("the patch begins with\n%s", patch)
	}
	dir := t.TempDir()
	for name, text := range texts {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git := exec.Command("git", "apply", "-")
	git.Dir, git.Stdin, git.Env = dir, strings.NewReader(patch), append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if out, err := git.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, patch)
	}
	texts["Makefile"] = "test:\n\tpytest -n 12 tests\n\tpytest -n 4\n"
	texts["docs/a b.md"] = "Run `pytest -n 4`\r\nno end"
	texts["overlapped.sh"] = "pytest -n 4\n"
	for name, want := range texts {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, want %q, %v", name, got, want, err)
		}
	}
}
