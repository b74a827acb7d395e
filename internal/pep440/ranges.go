package pep440

// Set returns the versions that satisfy every clause, pre-releases included:
// those for which s.Contains(v, true) holds. For "===" see the package's documentation.
func (s Specifiers) Set() Set {
	set := All()
	for _, c := range s.clauses {
		set = set.Intersect(c.set())
	}
	return set
}

// set returns the versions that satisfy the clause.
func (c clause) set() Set {
	v := c.version
	switch c.op {
	case arbitrary:
		return c.arbitrarySet()
	case compatible:
		return between(cutBelow(v), cutAbovePrefix(v, len(v.release)-1))
	case equal:
		return c.equalSet()
	case notEqual:
		return c.equalSet().Complement()
	case lessEqual:
		return between(bottom(), cutAboveLocals(v))
	case greaterEqual:
		return from(cutBelow(v))
	case less:
		return between(bottom(), c.lessCut())
	case greater:
		return from(c.greaterCut())
	}
	panic("pep440: unknown operator " + string(c.op))
}

func (c clause) arbitrarySet() Set {
	if !c.valid {
		return None()
	}
	return between(cutBelow(c.version), cutAbove(c.version))
}

func (c clause) equalSet() Set {
	v := c.version
	switch {
	case c.wildcard:
		return between(cutBelow(v.firstDev()), cutAbovePrefix(v, len(v.release)))
	case v.local != "":
		return between(cutBelow(v), cutAbove(v))
	default:
		return between(cutBelow(v), cutAboveLocals(v))
	}
}

// lessCut returns the upper end of "<".
func (c clause) lessCut() cut {
	if c.version.IsPrerelease() {
		return cutBelow(c.version)
	}
	return cutBelow(c.version.firstDev())
}

// greaterCut returns the lower end of ">".
func (c clause) greaterCut() cut {
	if c.version.post.set || c.version.dev.set {
		return cutAboveLocals(c.version)
	}
	return cutAbovePosts(c.version)
}
