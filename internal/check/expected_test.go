//go:build accuracy

package check

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/observe"
	"policygen/policy"
)

var (
	repositories = flag.String("repositories", "", "folder with an export of each repository, by the name of its list")
	update       = flag.Bool("update", false, "write what is found into the lists; read every line that changes before you commit it")
)

// TestExpected: public repositories have the findings of the lists in testdata/expected and no others, so that a change of them is
// seen and read. The lists were read as output; not every line was opened in its file. The lists hold places and codes; scripts/accuracy says where the repositories come from.
func TestExpected(t *testing.T) {
	lists, err := filepath.Glob("testdata/expected/*.txt")
	if err != nil || len(lists) == 0 {
		t.Fatal("no lists")
	}
	for _, list := range lists {
		name := strings.TrimSuffix(filepath.Base(list), ".txt")
		t.Run(name, func(t *testing.T) {
			got := findingsIn(t, name)
			want, err := os.ReadFile(list)
			switch {
			case *update:
				if err := os.WriteFile(list, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			case err != nil:
				t.Fatal(err)
			case got != string(want):
				t.Errorf("found\n%swant\n%s", got, want)
			}
		})
	}
}

// findingsIn returns the places and codes of what is found in a repository with the policy made for it, or the embedded one.
func findingsIn(t *testing.T, name string) string {
	t.Helper()
	sources := policy.Embedded()
	if text, err := os.ReadFile("testdata/policies/" + name + ".cue"); err == nil {
		sources = []policy.Source{{Name: "policygen.cue", Text: text}}
	}
	p, err := policy.Load(sources, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	files := os.DirFS(filepath.Join(*repositories, name))
	var b strings.Builder
	for _, f := range Run(Input{Policy: p, Plans: plans, Observed: observe.Scan(files, observe.Options{Inputs: Inputs(p)}), Files: files}) {
		fmt.Fprintf(&b, "%s %s\n", f.Position, f.Code)
	}
	return b.String()
}
