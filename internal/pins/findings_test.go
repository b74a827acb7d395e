package pins

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"policygen/internal/finding"
	"policygen/policy"
)

// allProjects returns the small projects that the readers are tested with.
func allProjects(t *testing.T) (list []*project) {
	t.Helper()
	archives, err := filepath.Glob("testdata/projects/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives")
	}
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, projectsOf(a)...)
	}
	return list
}

// judged is what there is to say about a project under a policy that needs pytest, pytest-xdist and execnet.
func (p *project) judged(facts []policy.Fact) (Reading, finding.List) {
	r := Read(p.files, p.options)
	plan := needs("robin", "pytest", ">=8.0,<9.1", "pytest-xdist", ">=3.6.1", "execnet", ">=2.1")
	found := Judge(Input{Sites: r.Sites, Unreadable: r.Unreadable, Policy: &policy.Policy{}, Plans: []policy.Plan{plan}, Facts: facts})
	return r, found
}

func ownFacts(t *testing.T) []policy.Fact {
	t.Helper()
	p, err := policy.Load(policy.Embedded(), "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	return p.Facts
}

// TestFindings: what is found in the projects is what a person has read in them.
func TestFindings(t *testing.T) {
	const name = "testdata/findings.golden"
	facts := ownFacts(t)
	var b strings.Builder
	for _, p := range allProjects(t) {
		_, found := p.judged(facts)
		fmt.Fprintf(&b, "%s\n", p.name)
		for _, f := range found {
			if f.Code == "PIN007" || f.Code == "PIN005" { // the former are the readers' own, the latter the same everywhere
				continue
			}
			line := fmt.Sprintf("    %s %s %s %s", f.Position, f.Severity, f.Code, f.Message)
			if len(f.Fixes) > 0 {
				line += "\n        => " + fixedLine(p.files, f)
			}
			b.WriteString(strings.ToValidUTF8(strings.ReplaceAll(strings.TrimPrefix(line, "\ufeff"), "\r", `\r`), "?") + "\n")
		}
	}
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("run with -update and read the difference:\n%s", got)
	}
}

// TestFixesOfProjects: an edit leaves a file of any format whole. What it is about is not found again, every other site is what it was, and
// nothing becomes unreadable.
func TestFixesOfProjects(t *testing.T) {
	facts := ownFacts(t)
	edits := 0
	for _, p := range allProjects(t) {
		before, found := p.judged(facts)
		for _, f := range found {
			if len(f.Fixes) == 0 {
				continue
			}
			edits++
			edited := *p
			edited.files = maps.Clone(p.files)
			edited.files[f.File] = &fstest.MapFile{Data: fixed(p.files[f.File].Data, f.Fixes[0]), Mode: 0o644}
			after, again := edited.judged(facts)
			if slices.ContainsFunc(again, func(x finding.Finding) bool { return x.Code == f.Code && x.Position == f.Position }) {
				t.Errorf("%s: %s\nis found again after\n%s", p.name, f, edited.files[f.File].Data)
			}
			if len(after.Unreadable) != len(before.Unreadable) || len(after.Sites) != len(before.Sites) {
				t.Errorf("%s: %s\nleaves %d sites and %d unreadable, not %d and %d:\n%s", p.name, f,
					len(after.Sites), len(after.Unreadable), len(before.Sites), len(before.Unreadable), edited.files[f.File].Data)
				continue
			}
			for i, s := range after.Sites {
				if old := before.Sites[i]; s.Position.File+s.Name != f.File+old.Name && s.Written != old.Written {
					t.Errorf("%s: %s\nchanges %s to %s", p.name, f, old.Written, s.Written)
				}
			}
		}
	}
	if edits < 20 {
		t.Errorf("only %d edits", edits)
	}
}
