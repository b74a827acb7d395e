package pep440

import (
	"cmp"
	"slices"
)

// A cut divides all versions into those below and those above it; it is itself no version.
//
// Cuts make ranges exact that no pair of versions can bound. Only three kinds are needed:
// every other place between two versions is one of these, for these reasons.
//
//   - The local versions of a public version P have no greatest, and the next public version follows
//     them directly: after 1.0 and its locals comes 1.0.post0.dev0, after 1.0.post1 comes
//     1.0.post2.dev0, after 1.0.dev1 comes 1.0.dev2. So "above P's locals" is "below P's successor".
//   - Likewise, after all post-releases of 1.0a1 comes 1.0a2.dev0.
//   - Nothing comes next after all post-releases of 1.0, because 1.0.1 > 1.0.0.1 > 1.0.0.0.1 > … is
//     endless. This is the third kind.
//   - Nothing comes next after any single version either, because the local versions 1.0+a > 1.0+0a >
//     1.0+00a > … are endless. This is the second kind.
//
// Two cuts that compare unequal therefore always have versions between them, which makes a list of
// cuts a canonical form.
type cut struct {
	at   Version // as some clause spelt its release
	edge edge
}

// An edge says on which side of its version a cut lies, in the order of the cuts at one version.
type edge int8

const (
	below        edge = iota // directly below the version
	above                    // directly above the version, below its local versions
	aboveRelease             // above all versions of the release, which are its post-releases at last
)

// bottom returns the cut below all versions, which is the one below 0.dev0.
func bottom() cut { return cutBelow(Version{release: []int64{0}}.firstDev()) }

func cutBelow(v Version) cut { return cut{at: v, edge: below} }

func cutAbove(v Version) cut { return cut{at: v, edge: above} }

// cutAboveLocals returns the cut above v and its local versions.
func cutAboveLocals(v Version) cut { return cutBelow(v.successor()) }

// cutAbovePosts returns the cut above v and its post-releases; v is neither a post-release
// nor a development release.
func cutAbovePosts(v Version) cut {
	if v.phase == final {
		return cut{at: v.finalRelease(), edge: aboveRelease}
	}
	v.pre++
	return cutBelow(v.firstDev())
}

// cutAbovePrefix returns the cut above all versions whose releases start with the first n numbers
// of v's.
func cutAbovePrefix(v Version, n int) cut {
	next := Version{epoch: v.epoch, release: slices.Clone(v.release[:n])}
	next.release[n-1]++
	return cutBelow(next.firstDev())
}

// successor returns the public version that directly follows v and its local versions.
func (v Version) successor() Version {
	switch {
	case v.dev.set:
		v.dev.n++
	case v.post.set:
		v.post.n++
		v.dev = number(0)
	default:
		v.post, v.dev = number(0), number(0)
	}
	return v.public()
}

// compare orders cuts from bottom upwards.
func (c cut) compare(d cut) int {
	if r := compareReleases(c.at, d.at); r != 0 {
		return r
	}
	if c.edge != aboveRelease && d.edge != aboveRelease {
		if r := c.at.Compare(d.at); r != 0 {
			return r
		}
	}
	return cmp.Compare(c.edge, d.edge)
}

// isBelow reports whether v lies above the cut.
func (c cut) isBelow(v Version) bool {
	switch c.edge {
	case below:
		return c.at.Compare(v) <= 0
	case above:
		return c.at.Compare(v) < 0
	default:
		return compareReleases(c.at, v) < 0
	}
}
