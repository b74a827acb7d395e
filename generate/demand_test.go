package generate

import (
	"slices"
	"testing"

	"policygen/internal/pep440"
	"policygen/policy"
)

// TestShapingBounds: the reasons that stand above a range make it up, and none of them could be left out.
func TestShapingBounds(t *testing.T) {
	tried, left := 0, 0
	for name, in := range inputs(t) {
		for _, d := range demands(in.Plans) {
			for _, whole := range []pep440.Set{d.All, d.Any} {
				shaping := d.shaping(whole)
				var sets []policy.Bound
				for _, b := range shaping {
					sets = append(sets, b.Bound)
				}
				alone := slices.ContainsFunc(shaping, func(b demandBound) bool { return !whole.Subset(b.Set) })
				if !alone && !together(sets).Equal(whole) {
					t.Errorf("%s: %s %s is not %d bounds", name, d.Package, whole, len(sets))
				}
				for i := range sets {
					if rest := slices.Delete(slices.Clone(sets), i, i+1); !alone && !whole.Equal(pep440.All()) && together(rest).Equal(whole) {
						t.Errorf("%s: %s %s needs no %s (%s)", name, d.Package, whole, sets[i].Range, sets[i].Why)
					}
				}
				tried, left = tried+1, left+len(d.Bounds)-len(shaping)
			}
		}
	}
	if tried < 50 || left < 50 {
		t.Errorf("%d ranges, %d bounds left out", tried, left)
	}
}
