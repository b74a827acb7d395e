package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// startsRepository has starts of several kinds, and a problem.
var startsRepository = map[string]string{
	".git/keep":                "",
	"Makefile":                 "test:\n\tBACKEND=native sh test.sh -k name\n",
	"test.sh":                  "#!/bin/sh\nif [ -n \"$FAST\" ]; then\n\tpytest -n \"$(cores)\" tests\nfi\npytest -n 4 --maxprocesses 2 \"$@\" || true\npytest --version\n",
	"README.md":                "    pytest -n auto --frobnicate --dist nonsense\n",
	".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    strategy:\n      matrix:\n        n: [1, 2]\n    steps:\n      - run: pytest -n ${{ matrix.n }} ${{ inputs.more }}\n",
	"broken.sh":                "pytest \"unclosed\n",
	"run.py":                   "import pytest\npytest.main(['-n', '2'])\n",
}

func startsIn(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range startsRepository {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("policygen", "starts", "--format", "json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestStartsSchema holds what starts prints to its schema, and the schema to what starts prints.
func TestStartsSchema(t *testing.T) {
	var schema struct {
		Defs struct {
			Start struct {
				Required   []string
				Properties map[string]any
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(startsSchema), &schema); err != nil {
		t.Fatal(err)
	}
	fields := jsonFields(reflect.TypeFor[startJSON](), map[string]string{})
	for name := range fields {
		name, optional := strings.CutSuffix(name, "?")
		if schema.Defs.Start.Properties[name] == nil || optional == slices.Contains(schema.Defs.Start.Required, name) {
			t.Errorf("the schema has not %s as it is", name)
		}
	}
	if len(fields) != len(schema.Defs.Start.Properties) {
		t.Errorf("the schema has %d fields, a start %d", len(schema.Defs.Start.Properties), len(fields))
	}
	judge := testrun.Judge(t, "check-jsonschema")
	dir := t.TempDir()
	validate := func(text string) error {
		file := filepath.Join(dir, "starts.json")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return exec.Command(judge, "--schemafile", "starts.schema.json", file).Run()
	}
	printed := string(startsIn(t))
	if err := validate(printed); err != nil {
		t.Errorf("%v\n%s", err, printed)
	}
	for _, change := range [][2]string{{`"version": 1`, `"version": 2`}, {`"kind": "make"`, `"kind": "made"`}, {`"certain"`, `"sure"`}, {`"line": 1`, `"line": 0`}} {
		if broken := strings.Replace(printed, change[0], change[1], 1); broken == printed || validate(broken) == nil {
			t.Errorf("the schema allows %s", change[1])
		}
	}
}

// TestStartsJSON holds some of what starts prints.
func TestStartsJSON(t *testing.T) {
	var printed startsJSON
	if err := json.Unmarshal(startsIn(t), &printed); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range printed.Starts {
		if s.RunsTests && s.Wrapper == "" {
			lines = append(lines, s.File+" "+s.Workers.text()+" "+s.Dist.text())
		}
	}
	slices.Sort(lines)
	got := strings.Join(slices.Compact(lines), "; ")
	for _, want := range []string{"Makefile 2 load", "test.sh <cores> load?", ".github/workflows/ci.yml 1? load?", "run.py 2 load"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %s", want, got)
		}
	}
	if len(printed.Problems) != 1 || printed.Problems[0].File != "broken.sh" || !printed.Problems[0].Unread {
		t.Errorf("got problems %v", printed.Problems)
	}
}
