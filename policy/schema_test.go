package policy

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"github.com/Masterminds/semver/v3"

	"policygen"
	"policygen/internal/finding"
	"policygen/internal/testrun"
)

// cueAccepts asks CUE itself whether a policy fits the schema.
func cueAccepts(t *testing.T, files []file) bool {
	t.Helper()
	v, err := buildValue(files)
	if err != nil {
		return false
	}
	schema := cuecontext.New().CompileString(policygen.Schema + "\n#File: {policy!: #Policy, plans?: [...#Plan]}\n")
	if schema.Err() != nil {
		t.Fatal(schema.Err())
	}
	return v.Unify(schema.LookupPath(cue.ParsePath("#File"))).Validate(cue.Concrete(true)) == nil
}

// parsed returns the files of a policy without their gates, or none where they don't parse.
func parsed(sources []Source) []file {
	files, found := parse(sources)
	if len(found) > 0 {
		return nil
	}
	takeGates(files, semver.MustParse(testTool))
	return files
}

// compareWithCUE asks the reader and CUE about the same policy.
func compareWithCUE(t *testing.T, sources []Source) (accepted, ok bool) {
	t.Helper()
	l := testLoader(t)
	facts := parsed(l.facts)
	files := parsed(sources)
	if files == nil {
		return false, false
	}
	tree, places, found := l.evaluate(facts, files, parseSchema(policygen.Schema), finding.Position{File: sources[0].Name})
	if len(found) == 0 {
		found = contentsWithoutPlans(slices.Concat(facts, files), tree, places)
	}
	if slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Path == plansField }) {
		return false, false // the schema has a shape for what no policy may state
	}
	files = parsed(sources) // the evaluation may have repaired references
	want := cueAccepts(t, append(parsed(l.facts), files...))
	if got := len(found) == 0; got != want {
		t.Errorf("accepted: %v, by CUE: %v\n%v\n%s", got, want, found, sources[0].Text)
	}
	return want, true
}

// contentsWithoutPlans reads the contents of all targets as CUE does where nobody fills in the plans: it takes the list to be empty.
func contentsWithoutPlans(files []file, tree *node, places *places) finding.List {
	var targets []Target
	if group := tree.get("policy", "targets"); group != nil {
		for _, n := range group.fields {
			if n.get("content") != nil {
				targets = append(targets, Target{Name: n.name, Pos: n.label})
			}
		}
	}
	r := &reader{places: places}
	r.contents(append(files, plansFile(nil)), targets)
	return r.found
}

func TestReaderAgreesWithCUE(t *testing.T) {
	for _, pattern := range []string{"testdata/good/*", "testdata/broken/*.cue", "testdata/broken/*.txtar"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) { compareWithCUE(t, readSources(t, path)) })
		}
	}
}

// mutants are what a token of a policy may be replaced with.
var mutants = []string{
	`""`, `"x"`, `"."`, `"/"`, `"-x"`, `"a\nb"`, `"a b"`, `"A"`, `"10m"`, `"1.5h"`, `"2026-02-28"`, `"warn"`, `"auto"`, `"a.b"`, `">=1"`,
	`0`, `1`, `2`, `-1`, `9999`, `10000`, `1000000`, `1.5`, `true`, `false`, `null`, `[]`, `["a"]`, `[1]`, `{}`, `{a: 1}`, `string`, `int`,
	`*1 | int`, `"a" | "b"`, `_`, `'bytes'`, `[...]`, `[...string]`, `1 & 2`, `{default: 1}`, `99999999999999999999`,
}

func TestReaderAgreesWithCUEOnMutants(t *testing.T) {
	text, err := os.ReadFile("testdata/good/full.cue")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`"[^"\n]*"|\b[0-9]+\b|\b(true|false)\b|[a-zA-Z]+:|\[[^\[\]\n]*\]`)
	spots := token.FindAllIndex(text, -1)
	random := rand.New(rand.NewPCG(1, 2))
	accepted, compared := 0, 0
	for range testrun.Figure(3000) {
		spot := spots[random.IntN(len(spots))]
		old := string(text[spot[0]:spot[1]])
		mutant := mutants[random.IntN(len(mutants))]
		if strings.HasSuffix(old, ":") || text[spot[1]] == ':' {
			mutant = []string{"x:", "default:", "paths:", "limit:", "max:", "kind:", "_x:", "#x:", "\"a b\":", "env:", "why:"}[random.IntN(11)]
			if text[spot[1]] == ':' {
				mutant = strings.TrimSuffix(mutant, ":")
			}
		}
		mutated := string(text[:spot[0]]) + mutant + string(text[spot[1]:])
		yes, ok := compareWithCUE(t, []Source{{Name: "policygen.cue", Text: []byte(mutated)}})
		if ok {
			compared++
		}
		if yes {
			accepted++
		}
		if t.Failed() {
			t.Fatalf("%s became %s", old, mutant)
		}
	}
	if accepted < compared/20 || accepted > compared*19/20 {
		t.Errorf("%d of %d accepted: the mutants prove little", accepted, compared)
	}
	t.Logf("%d of %d mutants accepted", accepted, compared)
}
