package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/generate"
	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/worktree"
	"policygen/policy"
)

// repository makes a folder with the policy of the examples, what policygen renders from it, and other files.
func repository(t *testing.T, files ...exampleFile) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "policygen.cue", ExamplePolicy())
	render(t, dir)
	put(t, dir, "tests/unit/test_unit.py", "")
	put(t, dir, "tests/slow/test_slow.py", "")
	for _, f := range files {
		if f.Name != Steps {
			put(t, dir, f.Name, f.Text)
		}
	}
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// load reads the policy of a folder.
func load(t *testing.T, dir string) generate.Input {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "policygen.cue"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load([]policy.Source{{Name: "policygen.cue", Text: text}}, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	in, err := generate.NewInput(p, "policygen render")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func artifacts(t *testing.T, in generate.Input) []worktree.Artifact {
	t.Helper()
	r, err := generate.Render(in)
	if err != nil {
		t.Fatal(err)
	}
	return r.Artifacts
}

// unproved takes what is rendered as it is: that it is right is held elsewhere.
func unproved(...string) error { return nil }

func render(t *testing.T, dir string, overwrite ...string) {
	t.Helper()
	if _, err := worktree.Write(dir, artifacts(t, load(t, dir)), unproved, worktree.Options{Overwrite: overwrite}); err != nil {
		t.Fatal(err)
	}
}

// follow carries out the steps of an example: shell commands, and renders.
func follow(t *testing.T, dir, steps string) {
	t.Helper()
	for step := range strings.Lines(steps) {
		step = strings.TrimSpace(step)
		if rest, ok := strings.CutPrefix(step, "policygen render"); ok {
			_, path, _ := strings.Cut(rest, "--overwrite ")
			render(t, dir, slices.DeleteFunc([]string{path}, func(s string) bool { return s == "" })...)
			continue
		}
		cmd := exec.Command("bash", "-c", step)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", step, err, out)
		}
	}
}

// checkFolder returns what there is to be found in a folder.
func checkFolder(t *testing.T, dir string, change func(*Input)) finding.List {
	t.Helper()
	in := load(t, dir)
	changes, err := worktree.Compare(dir, artifacts(t, in))
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	input := Input{Policy: in.Policy, Plans: in.Plans, Changes: changes, Files: root.FS(),
		Observed: observe.Scan(root.FS(), observe.Options{Inputs: Inputs(in.Policy)})}
	if change != nil {
		change(&input)
	}
	return Run(input)
}

func checkExample(t *testing.T, e Example) finding.List {
	t.Helper()
	dir := repository(t, e.Files...)
	for _, f := range e.Files {
		if f.Name == Steps {
			follow(t, dir, f.Text)
		}
	}
	return checkFolder(t, dir, func(in *Input) { in.Strict = e.Strict })
}

// TestExamples holds that each rule finds its bad example, that nothing else does, and that nothing is found in the good one.
func TestExamples(t *testing.T) {
	for _, r := range Rules() {
		t.Run(r.Code, func(t *testing.T) {
			t.Parallel()
			bad, good := r.Examples()
			if len(bad.Files) == 0 || len(good.Files) == 0 {
				t.Fatal("the rule lacks a bad or a good example")
			}
			found := checkExample(t, bad)
			for _, f := range found {
				if f.Code != r.Code {
					t.Errorf("the bad example has another finding: %s", f)
				}
			}
			if len(found) == 0 {
				t.Error("nothing is found in the bad example")
			}
			for _, f := range checkExample(t, good) {
				if !f.Suppressed() {
					t.Errorf("the good example has a finding: %s", f)
				}
			}
		})
	}
}

// TestRecords holds what a rule has to say.
func TestRecords(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		switch {
		case seen[r.Code]:
			t.Errorf("%s is there twice", r.Code)
		case r.Name == "" || r.Summary == "" || r.Why == "" || r.Since == "":
			t.Errorf("%s does not say all that it should", r.Code)
		case strings.HasSuffix(r.Summary, ".") || !strings.HasSuffix(r.Why, "."):
			t.Errorf("%s: the summary is no sentence of its own, the reason is", r.Code)
		}
		seen[r.Code] = true
	}
}
