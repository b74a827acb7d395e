package generate

import (
	"slices"
	"testing"

	"policygen/internal/pep440"
	"policygen/internal/testrun"
	"policygen/policy"
)

// TestTargetsOfRandomPolicies: constraints, pytest's configuration and blocks of the page are what they should be, whatever a policy holds.
func TestTargetsOfRandomPolicies(t *testing.T) {
	ranges := []string{"", ">=3.2.1", ">=3,!=3.6.0", "<3", ">=2,<3", ">=7.0,<7.1", "==3.*", ">3", "<=3.1", "!=3.1.*", ">=3.0rc1", "<4.dev0", "===3.1"}
	for seed := range uint64(testrun.Figure(2000)) {
		d := newDice(seed + 7<<32)
		in := d.input()
		for i, p := range in.Plans {
			for j, r := range p.Requires {
				r.Bounds = nil
				for range 1 + d.IntN(3) {
					b := bound(d.pick(ranges...), d.text())
					if d.chance(30) { // releases to stay away from
						b.Set = b.Set.Complement()
						b.Range = b.Set.String()
					}
					r.Bounds = append(r.Bounds, b)
				}
				r.Range = together(r.Bounds)
				in.Plans[i].Requires[j] = r
			}
		}
		if d.chance(30) {
			in.Plans = append(in.Plans, policy.Plan{Backend: in.Policy.Backends[0].Name}) // which needs nothing
		}
		in.Policy.Targets = []policy.Target{
			{Kind: "constraints", Path: "all.txt"}, {Kind: "constraints", Path: "one.txt", Backend: in.Policy.Backends[0].Name},
			{Kind: "docs", Path: "blocks.md", Blocks: d.names(allBlocks[:], 1)},
		}
		for _, file := range pytestFiles {
			in.Policy.Targets = append(in.Policy.Targets, policy.Target{Kind: "pytest", Path: file},
				policy.Target{Kind: "pytest", Path: "block/" + file, Blocks: []string{"pytest"}})
		}
		if _, err := renderAndProve(in); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// TestDemandsAreThePlans: what suits all plans suits each, and what suits one plan suits any.
func TestDemandsAreThePlans(t *testing.T) {
	for name, in := range inputs(t) {
		for _, d := range demands(in.Plans) {
			all, anyOf := pep440.All(), pep440.None()
			for _, p := range in.Plans {
				i := slices.IndexFunc(p.Requires, func(r policy.Requirement) bool { return r.Package == d.Package })
				if i >= 0 {
					all, anyOf = all.Intersect(p.Requires[i].Range), anyOf.Union(p.Requires[i].Range)
				}
			}
			if !all.Equal(d.All) || !anyOf.Equal(d.Any) {
				t.Errorf("%s: %s needs %s and %s, want %s and %s", name, d.Package, d.All, d.Any, all, anyOf)
			}
		}
	}
}
