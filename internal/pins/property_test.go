package pins

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"policygen/internal/finding"
	"policygen/policy"
)

// randomVersion is one of few versions, so that ranges meet.
func randomVersion(r *rand.Rand) string {
	return []string{"0.3", "1.0", "2.5.0", "3.0", "3.2.0", "3.2.1", "3.5", "3.6.0", "3.6.1", "3.8.0", "4", "4.1"}[r.IntN(12)]
}

// randomSpecifier is one of PEP 440 with up to three clauses.
func randomSpecifier(r *rand.Rand) string {
	var clauses []string
	for range r.IntN(4) {
		v := randomVersion(r)
		switch operator := []string{">=", ">=", ">=", "<", "<", "<=", ">", "!=", "==", "~=", "==*", "!=*"}[r.IntN(12)]; operator {
		case "==*", "!=*":
			clauses = append(clauses, operator[:2]+v+".*")
		case "~=":
			if strings.Contains(v, ".") {
				clauses = append(clauses, operator+v)
			}
		default:
			clauses = append(clauses, operator+v)
		}
	}
	return strings.Join(clauses, []string{",", ", "}[r.IntN(2)])
}

// randomSite is a file with one pin, in the syntax of pip or of poetry.
func randomSite(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		range_ := []string{"^", "~", "", ">="}[r.IntN(4)] + randomVersion(r)
		return fmt.Sprintf("-- pyproject.toml --\n[tool.poetry.dependencies]\npytest-xdist = %q\n", range_)
	}
	return "-- requirements.txt --\npytest-xdist" + randomSpecifier(r) + "\n"
}

// randomInput holds a random pin against a random need.
func randomInput(r *rand.Rand) (files string, in Input) {
	files = randomSite(r)
	var plans []policy.Plan
	for _, backend := range []string{"mock", "robin"}[:1+r.IntN(2)] {
		text := randomSpecifier(r)
		if set, ok := parseSet(text); ok && text != "" && !set.IsEmpty() {
			plans = append(plans, needs(backend, "pytest-xdist", text))
		}
	}
	in = input(files, []policy.Fact{yanked}, plans...)
	return files, in
}

// TestFixes: an edit that a finding proposes makes it go away, and lets in no version that is not good. What it narrows it widens nowhere.
func TestFixes(t *testing.T) {
	fixes := map[string]int{}
	for seed := range uint64(2500) {
		files, in := randomInput(rand.New(rand.NewPCG(seed, 1)))
		for _, f := range Judge(in) {
			if len(f.Fixes) == 0 {
				continue
			}
			fixes[f.Code]++
			repo := repository(files)
			repo[f.File].Data = fixed(repo[f.File].Data, f.Fixes[0])
			after := Read(repo, ReadOptions{})
			if len(after.Unreadable) > 0 || len(after.Sites) != 1 {
				t.Fatalf("seed %d: %s\nleaves\n%s%v", seed, f, repo[f.File].Data, after)
			}
			checkFix(t, fmt.Sprintf("seed %d: %s\n%s", seed, f, repo[f.File].Data), f, in, after.Sites[0])
		}
	}
	for _, code := range []string{"PIN001", "PIN002", "PIN003", "PIN004", "PIN009"} {
		if fixes[code] < 5 {
			t.Errorf("only %d edits for %s", fixes[code], code)
		}
	}
}

func checkFix(t *testing.T, what string, f finding.Finding, in Input, after Site) {
	t.Helper()
	before := in.Sites[0]
	need := newContext(in).needs["pytest-xdist"]
	in.Sites = []Site{after}
	if again := Judge(in); slices.ContainsFunc(again, func(x finding.Finding) bool { return x.Code == f.Code && x.Message == f.Message }) {
		t.Errorf("%s\nit is found again", what)
	}
	if f.Code != "PIN009" && f.Code != "PIN004" && beyond(after.Set, need.set).HasReleases() {
		t.Errorf("%s\nthe edit lets in %s", what, words(beyond(after.Set, need.set)))
	}
	if (f.Code == "PIN002" || f.Code == "PIN009") && !after.Set.Subset(before.Set) {
		t.Errorf("%s\nthe edit widens the range", what)
	}
	if f.Code == "PIN009" && !after.Set.Equal(before.Set) {
		t.Errorf("%s\nthe edit changes the range", what)
	}
}

// TestTryInside: a version that everything admits breaks nothing and needs no edit; one that a pin does not admit gets edits that let it in.
func TestTryInside(t *testing.T) {
	inside, edited := 0, 0
	for seed := range uint64(2500) {
		r := rand.New(rand.NewPCG(seed, 2))
		files, in := randomInput(r)
		v := mustVersion(randomVersion(r))
		o := Try(in, []Candidate{{"pytest-xdist", v}})[0]
		need := newContext(in).needs["pytest-xdist"]
		site := in.Sites[0]
		good := need.set.Contains(v) && !need.divided && !need.yanked.Contains(v)
		if good != (len(o.Breaks) == 0) && !need.divided {
			t.Errorf("seed %d: %s under %s: %+v", seed, v, words(need.set), o.Breaks)
		}
		if site.Set.Contains(v) != (len(o.Edits) == 0) {
			t.Errorf("seed %d: %s at %s: %+v", seed, v, site.Written, o.Edits)
		}
		if good && len(o.Edits) == 0 {
			inside++
		}
		for _, e := range o.Edits {
			if e.Fix == nil {
				continue
			}
			edited++
			repo := repository(files)
			repo[site.File].Data = fixed(repo[site.File].Data, e.Fix[0])
			after := Read(repo, ReadOptions{}).Sites[0]
			if !after.Set.Contains(v) {
				t.Errorf("seed %d: %s does not admit %s", seed, after.Written, v)
			}
			if site.Exact == "" && beyond(beyond(after.Set, site.Set), need.set.Union(point(v))).HasReleases() {
				t.Errorf("seed %d: %s became %s for %s, which lets in bad versions", seed, site.Written, after.Written, v)
			}
		}
	}
	if inside < 50 || edited < 200 {
		t.Errorf("%d versions inside, %d edits", inside, edited)
	}
}

// TestSpecifierSet holds poetry's ranges against what its own reader makes of them.
func TestSpecifierSet(t *testing.T) {
	for text, want := range map[string]string{
		"^1.2.3": ">=1.2.3,<2.0.0", "^1.2": ">=1.2,<2", "^1": ">=1,<2", "^0.2.3": ">=0.2.3,<0.3", "^0.0.3": ">=0.0.3,<0.0.4", "^0.0": ">=0.0,<0.1", "^0": ">=0,<1",
		"~1.2.3": ">=1.2.3,<1.3", "~1.2": ">=1.2,<1.3", "~1": ">=1,<2", "*": "", "1.2": "==1.2", ">=1,<2": ">=1,<2", "": "",
	} {
		got, ok := SpecifierSet(text)
		set, valid := parseSet(want)
		if !ok || !valid || !got.Equal(set) {
			t.Errorf("%q: %s, want %q", text, got, want)
		}
	}
	for _, text := range []string{"^x", "~1.x", "1.2.*.3", "^1!", ">=1 || <0.5"} {
		if got, ok := SpecifierSet(text); ok {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}
