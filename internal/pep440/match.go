package pep440

import "strings"

// This file decides membership clause by clause with the comparisons that the specification
// words, and shares nothing with the cuts of a Set, so that the tests can hold one against the other.

// matches reports whether v satisfies the clause, pre-releases being welcome.
func (c clause) matches(v Version) bool {
	switch c.op {
	case arbitrary:
		return strings.ToLower(c.text) == v.String()
	case compatible:
		return v.public().Compare(c.version) >= 0 && v.hasPrefix(c.version, len(c.version.release)-1)
	case equal:
		return c.equals(v)
	case notEqual:
		return !c.equals(v)
	case lessEqual:
		return v.public().Compare(c.version) <= 0
	case greaterEqual:
		return v.public().Compare(c.version) >= 0
	case less:
		return c.isAbove(v)
	case greater:
		return c.isBelow(v)
	}
	panic("pep440: unknown operator " + string(c.op))
}

// equals reports whether v satisfies "==": a clause that names no local version accepts all of them.
func (c clause) equals(v Version) bool {
	if c.wildcard {
		return v.hasPrefix(c.version, len(c.version.release))
	}
	if c.version.local == "" {
		v = v.public()
	}
	return v.Compare(c.version) == 0
}

// isAbove reports whether v satisfies "<", which excludes the pre-releases of its own version
// unless that is a pre-release itself.
func (c clause) isAbove(v Version) bool {
	if v.Compare(c.version) >= 0 {
		return false
	}
	ownPrerelease := v.IsPrerelease() && v.Compare(c.version.firstDev()) >= 0
	return c.version.IsPrerelease() || !ownPrerelease
}

// isBelow reports whether v satisfies ">", which excludes the post-releases and the local versions
// of its own version. Later post-releases of a post-release are not its own.
func (c clause) isBelow(v Version) bool {
	if v.Compare(c.version) <= 0 {
		return false
	}
	ownPost := v.post.set && v.base().Compare(c.version) == 0
	ownLocal := v.public().Compare(c.version) == 0
	return !ownPost && !ownLocal
}

// hasPrefix reports whether v has w's epoch and the first n numbers of w's release.
func (v Version) hasPrefix(w Version, n int) bool {
	if v.epoch != w.epoch {
		return false
	}
	for i := range n {
		if v.component(i) != w.component(i) {
			return false
		}
	}
	return true
}
