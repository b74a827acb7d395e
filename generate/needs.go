package generate

import (
	"slices"

	"policygen/internal/pep440"
	"policygen/policy"
)

// A need is a range of a distribution that a run is not started without, and why.
type need struct {
	Package, Range, Why, CheckedThrough string
	From                                []Origin // of all plans
}

// needs returns what the plans need, by distribution. Of several bounds on one those that follow from the others are left out,
// the ones of facts first, since the policy's own say why it is the project that wants them.
func needs(plans []policy.Plan) []need {
	var all []need
	for _, name := range packages(plans) {
		bounds, checked := boundsOn(name, plans)
		for _, b := range essential(bounds) {
			all = append(all, need{name, b.Range, b.Why, checked, fromBounds(name, b, plans)})
		}
	}
	return all
}

func packages(plans []policy.Plan) []string {
	var names []string
	for _, p := range plans {
		for _, r := range p.Requires {
			names = append(names, r.Package)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// boundsOn returns the distinct bounds that the plans have on a distribution, and how far it was checked.
func boundsOn(name string, plans []policy.Plan) (bounds []policy.Bound, checked string) {
	for _, p := range plans {
		for _, r := range p.Requires {
			if r.Package != name {
				continue
			}
			checked = r.CheckedThrough
			for _, b := range r.Bounds {
				if !slices.ContainsFunc(bounds, func(c policy.Bound) bool { return c.Range == b.Range && c.Why == b.Why }) {
					bounds = append(bounds, b)
				}
			}
		}
	}
	return bounds, checked
}

// fromBounds returns the origins of all bounds of the plans that say the same as one of them.
func fromBounds(name string, same policy.Bound, plans []policy.Plan) []Origin {
	var all []Origin
	for _, p := range plans {
		for _, r := range p.Requires {
			for _, b := range r.Bounds {
				if r.Package == name && b.Range == same.Range && b.Why == same.Why {
					all = union(all, valid(Origin{b.Pos, b.Fact}))
				}
			}
		}
	}
	return all
}

// essential leaves out bounds that follow from the others, the last ones and those of facts first. One bound always stays.
func essential(bounds []policy.Bound) []policy.Bound {
	kept := slices.Clone(bounds)
	for _, ofFact := range []bool{true, false} {
		for i := len(kept) - 1; i >= 0 && len(kept) > 1; i-- {
			others := slices.Delete(slices.Clone(kept), i, i+1)
			if (kept[i].Fact != "") == ofFact && together(others).Subset(kept[i].Set) {
				kept = others
			}
		}
	}
	return kept
}

func together(bounds []policy.Bound) pep440.Set {
	set := pep440.All()
	for _, b := range bounds {
		set = set.Intersect(b.Set)
	}
	return set
}
