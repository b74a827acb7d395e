package policygen_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// tiers are the rooms of docs/design.md, the upper ones first. A package imports packages of lower tiers only,
// none of its own. The texts at the root belong to nobody: they import nothing.
var tiers = [][]string{
	{"policygen/bench", "policygen/internal/factcheck"},
	{"policygen/cmd/policygen"},
	{"policygen/internal/check"},
	{"policygen/generate", "policygen/internal/observe", "policygen/internal/pins", "policygen/internal/report", "policygen/internal/diagnose"},
	{"policygen/policy", "policygen/internal/worktree"},
	{"policygen/internal/pytest"},
	{"policygen/internal/shell", "policygen/internal/source", "policygen/internal/pep440", "policygen/internal/outpath"},
	{"policygen/internal/finding", "policygen/internal/testrun"},
	{"policygen"},
}

// owners are the packages, most of them outside this module, that only some rooms may import.
var owners = map[string][]string{
	"cuelang.org/go":             {"policygen/policy"},
	"github.com/spf13/pflag":     {"policygen/cmd/policygen"},
	"github.com/spf13/cobra":     {"policygen/cmd/policygen"},
	"mvdan.cc/sh":                {"policygen/internal/shell"},
	"github.com/yuin/goldmark":   {"policygen/generate", "policygen/internal/source"},
	"github.com/Masterminds":     {"policygen/policy"},
	"policygen/internal/testrun": {}, // of tests alone
	"go.yaml.in/yaml":            {"policygen/generate", "policygen/internal/source"},
	"github.com/pelletier":       {"policygen/generate", "policygen/internal/source"},
}

func tierOf(path string) int {
	return slices.IndexFunc(tiers, func(tier []string) bool { return slices.Contains(tier, path) })
}

// TestTiers holds the import directions of docs/design.md.
func TestTiers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Name", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mains []string
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Name string
			Imports          []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Name == "main" {
			mains = append(mains, p.ImportPath)
		}
		if tierOf(p.ImportPath) < 0 {
			t.Errorf("%s is in no tier; give it one here and in docs/design.md", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if tier := tierOf(imported); tier >= 0 && tier <= tierOf(p.ImportPath) {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, imported)
			}
			for prefix, rooms := range owners {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(rooms, p.ImportPath) {
					t.Errorf("%s imports %s, which only %v may", p.ImportPath, imported, rooms)
				}
			}
		}
	}
	if !slices.Equal(mains, []string{"policygen/cmd/policygen"}) {
		t.Errorf("main packages %v; a user who runs go install ./... should get policygen alone", mains)
	}
}
