package pep440

import "slices"

// mostExclusions is how many clauses [Set.Hull] spends on one gap. A gap such as that from 1 to 2020 would need a clause for each
// number between them, which nobody could read.
const mostExclusions = 16

// Hull returns one specifier set that admits every version of s and, where [Set.String] finds one set that is s, none besides. Otherwise it goes from
// the lower end of s to the upper one, less what up to 16 clauses such as "!=4.*" for each gap can take out of it. What it admits too
// many is then its [Specifiers.Set] without s. It is "" where there is nothing to say, and "<0.dev0" where s is empty.
func (s Set) Hull() Specifiers {
	public, points, holes := s.splitPoints()
	if public.IsEmpty() && len(points) == 1 && points[0].local != "" {
		return specifiersOf([]string{pointText(points[0])})
	}
	for _, v := range points {
		public = public.Union(clause{op: equal, version: v.public()}.set())
	}
	if public.IsEmpty() {
		return specifiersOf([]string{public.String()})
	}
	p := public.hullSpan()
	lower, upper := p.bounds()
	if v := p.lo.at; !p.isEqual() && p.lo.compare(cutAboveLocals(v.finalRelease())) == 0 { // ">=3.2.post0.dev0" would name a pre-release
		lower = []string{">=" + v.finalRelease().String(), "!=" + v.finalRelease().String()}
	}
	clauses := slices.Concat(lower, p.excluded)
	for _, v := range holes {
		if v.local != "" {
			clauses = append(clauses, holeText(v))
		}
	}
	return specifiersOf(append(clauses, upper...))
}

// hullSpan returns the span from the first to the last cut of s, which has no cuts among local versions.
func (s Set) hullSpan() span {
	last := len(s.cuts) - 1
	p := span{lo: s.cuts[0], endless: last%2 == 0}
	if !p.endless {
		p.hi = s.cuts[last]
	}
	if v := p.hi.at; !p.endless && p.hi.edge == aboveRelease {
		// No release is the next one after the post-releases of 3.5; 3.5.1 is one that people know.
		p.hi = cutBelow(v.bumped(len(v.release)).firstDev())
	}
	for i := 1; i < last; i += 2 {
		p.excluded = append(p.excluded, exclusions(s.cuts[i], s.cuts[i+1])...)
	}
	return p
}

// exclusions returns clauses that take the versions from lo to hi away, or the lower ones of them.
func exclusions(lo, hi cut) []string {
	if gap, ok := equalText(lo, hi); ok {
		return []string{"!=" + gap}
	}
	var clauses []string
	for prefix, ok := prefixIn(lo, hi); ok; prefix, ok = prefixIn(lo, hi) {
		if len(clauses) == mostExclusions {
			return nil
		}
		clauses = append(clauses, "!="+prefix.String()+".*")
		lo = cutAbovePrefix(prefix, len(prefix.release))
	}
	return clauses
}

// prefixIn returns the shortest release prefix whose versions begin at lo and end at hi or before.
func prefixIn(lo, hi cut) (Version, bool) {
	v := lo.at.finalRelease().trimmed()
	if lo.compare(cutBelow(v.firstDev())) != 0 {
		return Version{}, false
	}
	for len(v.release) <= len(hi.at.release) {
		if cutAbovePrefix(v, len(v.release)).compare(hi) <= 0 {
			return v, true
		}
		v.release = append(v.release, 0)
	}
	return Version{}, false
}

// specifiersOf parses clauses, without those whose numbers are too large to be parsed: the set only grows by it.
func specifiersOf(clauses []string) Specifiers {
	var all Specifiers
	for _, text := range clauses {
		if c, err := parseClause(text); err == nil {
			all.clauses = append(all.clauses, c)
		}
	}
	return all
}

// Rounded returns s without the pre-releases of V, a final release, where a gap of s begins with V itself or s begins with V's first
// development release, and one specifier set can't say so without naming a pre-release. Everything but ">=7.0,<7.1" becomes
// "!=7.0.*" and ">=4.dev0" becomes ">=4". To an installer a clause that names a pre-release is a wish for pre-releases.
func (s Set) Rounded() Set {
	round := Set{cuts: slices.Clone(s.cuts)}
	for i := 1; i+1 < len(round.cuts); i += 2 {
		c := round.cuts[i]
		if _, ok := equalText(c, round.cuts[i+1]); ok || c.compare(cutBelow(c.at.finalRelease())) != 0 {
			continue
		}
		if start := cutBelow(c.at.firstDev()); start.compare(round.cuts[i-1]) > 0 {
			round.cuts[i] = start
		}
	}
	return round.roundedBelow()
}

// roundedBelow begins s at a final release where it begins at that release's first development release.
func (s Set) roundedBelow() Set {
	if s.IsEmpty() || s.cuts[0].compare(bottom()) == 0 {
		return s
	}
	lo := s.cuts[0]
	v := lo.at.finalRelease()
	if lo.compare(cutBelow(v.firstDev())) != 0 || s.hullSpan().isEqual() {
		return s
	}
	switch {
	case len(s.cuts) == 1 || cutBelow(v).compare(s.cuts[1]) < 0:
		return Set{cuts: append([]cut{cutBelow(v)}, s.cuts[1:]...)}
	case cutBelow(v).compare(s.cuts[1]) == 0 && len(s.cuts) > 2: // nothing but pre-releases down there
		return Set{cuts: s.cuts[2:]}.roundedBelow()
	}
	return s
}

// isEqual reports whether one "==" says the ends of the span.
func (p span) isEqual() bool {
	if p.endless {
		return false
	}
	_, ok := equalText(p.lo, p.hi)
	return ok
}

// LowerEnd returns the greatest version that is below or equal to all versions of s, without a local segment, and whether there is one:
// 3.2 for ">=3.2" and for ">3.2". There is none where s is empty or goes down to the first version of all.
func (s Set) LowerEnd() (Version, bool) {
	if s.IsEmpty() || s.cuts[0].compare(bottom()) == 0 {
		return Version{}, false
	}
	return s.cuts[0].at.public(), true
}
