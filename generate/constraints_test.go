package generate

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/pep440"
	"policygen/internal/testrun"
	"policygen/policy"
)

// constraintsOf returns the constraints files of a policy: for all backends and for each.
func constraintsOf(t *testing.T, in Input) map[string]rendered {
	t.Helper()
	files := map[string]rendered{}
	targets := []policy.Target{{}}
	for _, b := range in.Policy.Backends {
		targets = append(targets, policy.Target{Backend: b.Name})
	}
	for _, target := range targets {
		r, err := renderConstraints(in, target)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.prove(); err != nil {
			t.Fatalf("backend %q: %v\n%s", target.Backend, err, r.content)
		}
		files[target.Backend] = r
	}
	return files
}

func TestConstraintsGolden(t *testing.T) {
	for _, name := range []string{"ranges", "quotes", "sparkless"} {
		in := inputs(t)[name]
		golden(t, name+".constraints", string(constraintsOf(t, in)[""].content))
	}
	golden(t, "ranges.new.constraints", string(constraintsOf(t, inputs(t)["ranges"])["new"].content))
}

// TestConstraintsLines: no comment is wider than it may be, and only lines with ranges are anything else.
func TestConstraintsLines(t *testing.T) {
	for name, in := range inputs(t) {
		for backend, r := range constraintsOf(t, in) {
			if len(r.origins) != strings.Count(string(r.content), "\n") {
				t.Errorf("%s: %d lines have %d origins", name, strings.Count(string(r.content), "\n"), len(r.origins))
			}
			for line := range pythonLines(string(r.content)) {
				if words := strings.Fields(line); len([]rune(line)) > commentWidth && len(words) > 2 {
					t.Errorf("%s %s: too wide: %s", name, backend, line)
				}
				if _, _, err := readRequirement(line); !strings.HasPrefix(line, "# ") && err != nil {
					t.Errorf("%s %s: neither comment nor range: %q", name, backend, line)
				}
			}
		}
	}
}

// TestConstraintsAgainstPackaging: packaging reads every line as it was meant.
func TestConstraintsAgainstPackaging(t *testing.T) {
	cmd := exec.Command(testrun.Python(t, testrun.Newest), "-c", `
import json, sys
from packaging.requirements import Requirement
def read(text):
    all = [Requirement(line) for line in text.splitlines() if line and not line.startswith("#")]
    return {r.name: str(r.specifier) for r in all}
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)`)
	var files []string
	for _, in := range inputs(t) {
		for _, r := range constraintsOf(t, in) {
			files = append(files, string(r.content))
		}
	}
	input, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var read []map[string]string
	if err := json.Unmarshal(out, &read); err != nil || len(read) != len(files) {
		t.Fatalf("%d files are read: %v", len(read), err)
	}
	for i, file := range files {
		want, err := readConstraints([]byte(file))
		if err != nil || len(want) != len(read[i]) {
			t.Errorf("packaging reads %v, %v in\n%s", read[i], err, file)
		}
		for name, text := range read[i] {
			if specifiers, err := pep440.ParseSpecifiers(text); err != nil || !specifiers.Set().Equal(want[name]) {
				t.Errorf("packaging reads %s %s in\n%s", name, text, file)
			}
		}
	}
}

// TestConstraintsCheck: the proof sees a line that says too much, too little, or is not there.
func TestConstraintsCheck(t *testing.T) {
	in := inputs(t)["ranges"]
	content := string(constraintsOf(t, in)["new"].content)
	for _, c := range []struct{ old, new string }{
		{"engine>=3,<4", "engine>=3"}, {"engine>=3,<4", "engine>=3.1,<4"}, {"engine>=3,<4\n", ""}, {"engine>=3,<4", "engine>=3,<4\nother<2"},
		{"engine>=3,<4", "engine>=3,<4\nengine<4"}, {"engine>=3,<4", "engine>=3,<4 # x"}, {"!=3.2.*", "!=3.2.*,!=4.9"},
	} {
		broken := strings.Replace(content, c.old, c.new, 1)
		if err := checkConstraints([]byte(broken), demands(plansOf(in.Plans, "new"))); err == nil || broken == content {
			t.Errorf("%q instead of %q is not seen in\n%s", c.new, c.old, broken)
		}
	}
}

// TestConstraintsOrigins: a line names the places and the facts that it is there for.
func TestConstraintsOrigins(t *testing.T) {
	r := constraintsOf(t, inputs(t)["ranges"])["new"]
	for start, want := range map[string]string{
		"engine>=3,<4":              `engine: {range: ">=3,<4"`,
		"# >=3,<4: ":                `engine: {range: ">=3,<4"`,
		"pytest-timeout>=2.1":       `"pytest-timeout": {range: ">=2.1" + defaults: + timeout-limit + timeout-method`,
		"shared>=2":                 `shared: {range: ">=2,!=2.5.*" + shared: {range: "!=3.1" + shared-3.2-hangs + shared-4-crashes`,
		"# !=3.1: ":                 `shared: {range: "!=3.1"`,
		"# everything but >=4.1":    "shared-4-crashes",
		"# Constraints for pip and": "",
	} {
		checkOrigins(t, r, "testdata/policies/ranges.cue", start, want)
	}
}

// checkOrigins checks the origins of the first line with this start: what is wanted, separated by " + ", stands in the policy where
// they say, or is the fact.
func checkOrigins(t *testing.T, r rendered, file, start, want string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(r.content), "\n")
	n := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, start) })
	if n < 0 {
		t.Errorf("no line starts with %q in\n%s", start, r.content)
		return
	}
	var got string
	for _, o := range r.origins[n] {
		if o.Pos.File == "policygen.cue" {
			got += " " + strings.Split(string(source), "\n")[o.Pos.Line-1]
		}
		got += " " + o.Fact
	}
	for _, w := range strings.Split(want, " + ") {
		if !strings.Contains(got, w) || want == "" && got != "" {
			t.Errorf("%q follows from\n%s\nwhich is not %q", lines[n], got, w)
		}
	}
}

// TestConstraintsUnderPip: pip reads the files and obeys them. It asks its index, so it runs in CI and where POLICYGEN_TEST_INDEX is set.
func TestConstraintsUnderPip(t *testing.T) {
	if os.Getenv("CI") == "" && os.Getenv("POLICYGEN_TEST_INDEX") == "" {
		t.Skip("SKIPPED: POLICYGEN_TEST_INDEX is not set; it says that pip may ask its index")
	}
	python := testrun.Python(t, testrun.Newest)
	policies := inputs(t)
	for _, c := range []struct{ policy, backend, install, want string }{
		{"sparkless", "robin", "pytest pytest-xdist pytest-timeout", "pytest-9.0."},
		{"sparkless", "", "pytest pytest-xdist", "pytest-9.0."},
		{"quotes", "", "pytest", "pytest-"},
		{"ranges", "old", "pytest-timeout", "pytest-timeout-1.4."},
		{"ranges", "new", "pytest-timeout", "pytest-timeout-2."},
		{"ranges", "", "pytest-timeout", ""}, // no version suits both backends
	} {
		file := filepath.Join(t.TempDir(), "constraints.txt")
		if err := os.WriteFile(file, constraintsOf(t, policies[c.policy])[c.backend].content, 0o666); err != nil {
			t.Fatal(err)
		}
		args := []string{"-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--disable-pip-version-check", "-c", file}
		out, err := exec.Command(python, append(args, strings.Fields(c.install)...)...).CombinedOutput()
		if (err == nil) != (c.want != "") || !strings.Contains(string(out), c.want) {
			t.Errorf("%s %q: %v\n%s", c.policy, c.backend, err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Logf("%s %q: %s", c.policy, c.backend, lines[len(lines)-1])
	}
}
