package pep440

import "slices"

// A Set is an exact set of versions: a union of ranges in the order of [Version.Compare].
// The zero Set is empty. Sets are immutable; [Specifiers.Set], [All] and [None] make them.
//
// A Set is kept in a canonical form: equal sets print alike however they came about, but for trailing
// zeros, which are those of the first clause that named the version.
type Set struct {
	// cuts ascend strictly. The versions between the first and the second are inside,
	// those between the second and the third are not, and so on; there may be no last one.
	cuts []cut
}

// All returns the set of all versions.
func All() Set { return Set{cuts: []cut{bottom()}} }

// None returns the empty set.
func None() Set { return Set{} }

// from returns the versions above lo.
func from(lo cut) Set { return Set{cuts: []cut{lo}} }

// between returns the versions above lo and below hi; there may be none.
func between(lo, hi cut) Set {
	if lo.compare(hi) >= 0 {
		return None()
	}
	return Set{cuts: []cut{lo, hi}}
}

// Contains reports whether v is inside. Pre-releases are members like all others.
func (s Set) Contains(v Version) bool {
	n, _ := slices.BinarySearchFunc(s.cuts, v, func(c cut, v Version) int {
		if c.isBelow(v) {
			return -1
		}
		return 1
	})
	return n%2 == 1
}

// IsEmpty reports whether no version at all is inside, released or not.
func (s Set) IsEmpty() bool { return len(s.cuts) == 0 }

// Equal reports whether s and t hold the same versions.
func (s Set) Equal(t Set) bool {
	return slices.EqualFunc(s.cuts, t.cuts, func(c, d cut) bool { return c.compare(d) == 0 })
}

// Intersect returns the versions that are in both s and t.
func (s Set) Intersect(t Set) Set {
	return combine(s, t, func(inS, inT bool) bool { return inS && inT })
}

// Union returns the versions that are in s or in t.
func (s Set) Union(t Set) Set {
	return combine(s, t, func(inS, inT bool) bool { return inS || inT })
}

// Complement returns the versions that are not in s.
func (s Set) Complement() Set { return All().minus(s) }

// Subset reports whether every version in s is in t.
func (s Set) Subset(t Set) bool { return s.minus(t).IsEmpty() }

// disjoint reports whether no version is in both s and t.
func (s Set) disjoint(t Set) bool { return s.Intersect(t).IsEmpty() }

// minus returns the versions that are in s but not in t.
func (s Set) minus(t Set) Set {
	return combine(s, t, func(inS, inT bool) bool { return inS && !inT })
}

// combine walks the cuts of s and t upwards and keeps those at which op changes.
// Below all cuts nothing is inside, so op must be false there.
func combine(s, t Set, op func(inS, inT bool) bool) Set {
	var cuts []cut
	i, j := 0, 0
	for i < len(s.cuts) || j < len(t.cuts) {
		c := lowest(s.cuts[i:], t.cuts[j:])
		if i < len(s.cuts) && s.cuts[i].compare(c) == 0 {
			i++
		}
		if j < len(t.cuts) && t.cuts[j].compare(c) == 0 {
			j++
		}
		inside := len(cuts)%2 == 1
		if op(i%2 == 1, j%2 == 1) != inside {
			cuts = append(cuts, c)
		}
	}
	return Set{cuts: cuts}
}

// lowest returns the lower one of the first cuts of a and b, at most one of which is empty.
func lowest(a, b []cut) cut {
	if len(b) == 0 || len(a) > 0 && a[0].compare(b[0]) <= 0 {
		return a[0]
	}
	return b[0]
}
