package policy

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden files anew")

// testTool is the version that the tests' policygen has.
const testTool = "0.2.0"

// testLoader uses facts that change only with the tests.
func testLoader(t testing.TB) loader {
	t.Helper()
	facts, err := os.ReadFile("testdata/facts.cue")
	if err != nil {
		t.Fatal(err)
	}
	return loader{
		facts:  []Source{{Name: "policy/facts.cue", Text: facts}},
		limits: limits{time: evalLimit, memory: evalMemory},
	}
}

// readSources reads a policy of one file, or an archive of several.
func readSources(t testing.TB, path string) []Source {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) != ".txtar" {
		return []Source{{Name: "policygen.cue", Text: text}}
	}
	var sources []Source
	for _, f := range txtar.Parse(text).Files {
		sources = append(sources, Source{Name: f.Name, Text: f.Data})
	}
	return sources
}

// innerWords are what a policy's author never wrote and must not have to understand.
var innerWords = []string{"disjunction", "#", "cue.", "cannot", "unify", "schema", "interface", "int64", "ast.", "(*", "struct {"}

func TestBrokenPolicies(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.*")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, path := range paths {
		if filepath.Ext(path) == ".golden" {
			continue
		}
		cases++
		t.Run(filepath.Base(path), func(t *testing.T) {
			sources := readSources(t, path)
			_, err := testLoader(t).load(sources, testTool)
			if err == nil {
				t.Fatal("the policy was accepted")
			}
			got := err.Error() + "\n"
			checkWords(t, got, sources)
			golden := strings.TrimSuffix(path, filepath.Ext(path)) + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
	if cases < 35 {
		t.Errorf("%d broken policies; there should be 35 at least", cases)
	}
}

// checkWords finds words of CUE's or Go's that the author didn't write either.
func checkWords(t *testing.T, message string, sources []Source) {
	t.Helper()
	text := ""
	for _, s := range sources {
		text += string(s.Text)
	}
	for _, word := range innerWords {
		if strings.Contains(message, word) && !strings.Contains(text, word) {
			t.Errorf("the message has %q:\n%s", word, message)
		}
	}
}
