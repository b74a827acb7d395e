package pep440

import (
	"cmp"
	"slices"
	"strings"
)

// Compare returns -1 if v sorts before w, 0 if they are the same version, and +1 otherwise.
// Trailing zeros of the release do not count: 1.0 is the same version as 1.
//
// The versions of one release ascend from .devN over aN, bN, rcN and the release itself to .postN.
// Every aN, bN and rcN has development releases before it and post-releases after it, every .postN has
// development releases before it, and local versions directly follow the version they belong to.
func (v Version) Compare(w Version) int {
	if c := compareReleases(v, w); c != 0 {
		return c
	}
	if c := compareSuffixes(v, w); c != 0 {
		return c
	}
	return compareLocals(v.local, w.local)
}

// compareReleases compares epoch and release only.
// All versions of one release are neighbours, because these two count before everything else.
func compareReleases(v, w Version) int {
	if c := cmp.Compare(v.epoch, w.epoch); c != 0 {
		return c
	}
	for i := range max(len(v.release), len(w.release)) {
		if c := cmp.Compare(v.component(i), w.component(i)); c != 0 {
			return c
		}
	}
	return 0
}

// compareSuffixes compares the pre, post and dev segments.
func compareSuffixes(v, w Version) int {
	a, b := v.suffix(), w.suffix()
	return slices.Compare(a[:], b[:])
}

// suffix returns the pre, post and dev segments as numbers in the order in which they count.
func (v Version) suffix() [6]int64 {
	return [6]int64{v.stage(), v.pre, bit(v.post.set), v.post.n, bit(!v.dev.set), v.dev.n}
}

// stage ranks the pre-release segment. A development release that has no other segment
// sorts before the alphas, and a version without a pre-release segment after the candidates.
func (v Version) stage() int64 {
	switch {
	case v.phase != final:
		return int64(v.phase)
	case v.dev.set && !v.post.set:
		return int64(alpha) - 1
	default:
		return int64(candidate) + 1
	}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// compareLocals compares normalised local segments part by part.
// A segment sorts before its extensions, and no segment before all.
func compareLocals(a, b string) int {
	for a != "" && b != "" {
		var p, q string
		p, a, _ = strings.Cut(a, ".")
		q, b, _ = strings.Cut(b, ".")
		if c := compareLocalParts(p, q); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareLocalParts compares words as text, and numbers as numbers that follow all words.
// Numbers have no leading zeros, so a longer one is greater; their size is not bounded.
func compareLocalParts(p, q string) int {
	numP, numQ := isNumber(p), isNumber(q)
	switch {
	case numP && numQ:
		return cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q))
	case numP:
		return 1
	case numQ:
		return -1
	default:
		return cmp.Compare(p, q)
	}
}

// isNumber reports whether s, a part of a local segment, has digits only.
func isNumber(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
