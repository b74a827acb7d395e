//go:build accuracy

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var repositories = flag.String("repositories", "", "folder with an export of each repository, by the name of its list")

// TestExpected: public repositories have the findings of the lists in testdata/expected and no others. The lists hold places and
// codes; each line was read in its file when it was written, so read the lines that -update changes before you commit them. Beside
// the list of a repository stands the policy that it is held against, but for sparkless, which has the embedded one.
func TestExpected(t *testing.T) {
	lists, err := filepath.Glob("testdata/expected/*.txt")
	if err != nil || len(lists) == 0 {
		t.Fatal("no lists")
	}
	for _, list := range lists {
		name := strings.TrimSuffix(filepath.Base(list), ".txt")
		t.Run(name, func(t *testing.T) {
			got := findingsIn(t, name)
			if *update {
				if err := os.WriteFile(list, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(list)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("found\n%swant\n%s", got, want)
			}
		})
	}
}

// findingsIn returns the places and codes of what check finds in a repository.
func findingsIn(t *testing.T, name string) string {
	t.Helper()
	args := []string{"check", "--format", "json", "--out", filepath.Join(*repositories, name)}
	if own := filepath.Join("testdata", "expected", name+".cue"); exists(own) {
		args = append(args, "--policy", own)
	}
	var out, errs bytes.Buffer
	if code := run(args, streams{in: strings.NewReader(""), out: &out, err: &errs}); code != exitOK && code != exitDrift {
		t.Fatalf("check ends in %d: %s", code, &errs)
	}
	var report struct {
		Findings []struct {
			Code, File   string
			Line, Column int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range report.Findings {
		fmt.Fprintf(&b, "%s:%d:%d %s\n", f.File, f.Line, f.Column, f.Code)
	}
	return b.String()
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }
