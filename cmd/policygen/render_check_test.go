package main

import (
	"os"
	"path/filepath"
	"testing"

	"policygen/generate"
	"policygen/internal/check"
	"policygen/internal/observe"
	"policygen/internal/worktree"
	"policygen/policy"
)

// TestRenderedIsFine holds for every test policy that nothing is found in what was rendered from it, under --strict too.
func TestRenderedIsFine(t *testing.T) {
	names, err := filepath.Glob("../../generate/testdata/policies/*.cue")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d policies, %v", len(names), err)
	}
	policies := map[string][]policy.Source{"the embedded one": policy.Embedded()}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		policies[filepath.Base(name)] = []policy.Source{{Name: "policygen.cue", Text: text}}
	}
	for name, sources := range policies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			renderAndCheck(t, sources)
		})
	}
}

func renderAndCheck(t *testing.T, sources []policy.Source) {
	p, err := policy.Load(sources, toolVersion())
	if err != nil {
		t.Fatal(err)
	}
	in, err := generate.NewInput(p, "policygen render")
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := generate.Render(in)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := worktree.Write(dir, rendering.Artifacts, rendering.Prove, worktree.Options{}); err != nil {
		t.Fatal(err)
	}
	changes, err := worktree.Compare(dir, rendering.Artifacts)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	seen := observe.Scan(root.FS(), observe.Options{Inputs: check.Inputs(p)})
	for _, f := range check.Run(check.Input{Policy: p, Plans: in.Plans, Observed: seen, Changes: changes, Files: root.FS(), Strict: true}) {
		if f.Code == "PG216" && p.Project == twoConfigurations {
			continue
		}
		t.Error(f)
	}
}

// twoConfigurations is a policy that renders two configuration files of pytest, to have both kinds. pytest ignores one of them.
const twoConfigurations = "targets"
