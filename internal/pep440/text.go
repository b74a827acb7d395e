package pep440

import (
	"slices"
	"strings"
)

// String returns s as specifier text. Where String finds one specifier set that is s exactly, that is
// the text, such as ">=3.2.1,!=3.6.0,<4"; otherwise it is several sets, joined by " || ".
// The empty set is "<0.dev0" and the set of all versions ">=0.dev0".
//
// Two clauses go beyond the specification, which cannot express what they do: "!(>1)" admits
// the post-releases of 1 and all below, "!(===1)" all but the version 1 without a local segment.
// As in every Set, "===" stands for the version, not for its spelling.
//
// Besides, [ParseSpecifiers] refuses a bound of 10^18, the end of a prefix that ends in 18 nines.
func (s Set) String() string {
	public, points, holes := s.splitPoints()
	var texts []string
	for _, p := range public.spans() {
		texts = append(texts, p.text(holes))
	}
	for _, v := range points {
		texts = append(texts, pointText(v))
	}
	if len(texts) == 0 {
		return "<0.dev0"
	}
	return strings.Join(texts, " || ")
}

// splitPoints splits s into a set that has no cuts among the local versions of anything,
// the single versions that are in s besides, and those that are in that set but not in s.
//
// It can split any Set, because what divides the local versions of one public version are clauses
// about single versions: either finitely many of them are in s, or all but finitely many.
func (s Set) splitPoints() (public Set, points, holes []Version) {
	for i := 0; i < len(s.cuts); i++ {
		c, enters := s.cuts[i], i%2 == 0
		switch {
		case c.edge == below && i+1 < len(s.cuts) && s.cuts[i+1].compare(cutAbove(c.at)) == 0:
			i++
			if enters {
				points = append(points, c.at)
			} else {
				holes = append(holes, c.at)
			}
			continue
		case c.edge == above && enters: // local versions without their public version
			holes = append(holes, c.at)
			c.edge = below
		case c.edge == above: // a public version without its local versions
			points = append(points, c.at)
			c.edge = below
		}
		public.cuts = append(public.cuts, c)
	}
	return public, points, holes
}

// pointText returns the clause for v alone.
func pointText(v Version) string {
	if v.local == "" {
		return "===" + v.String()
	}
	return "==" + v.String()
}

// holeText returns the clause for all versions but v.
func holeText(v Version) string {
	if v.local == "" {
		return "!(===" + v.String() + ")"
	}
	return "!=" + v.String()
}

// A span is what one specifier set describes: the versions from lo to hi, less the exclusions.
type span struct {
	lo, hi   cut
	endless  bool // there is no hi
	excluded []string
}

// spans joins the ranges of s between which there is nothing but what one "!=" excludes.
func (s Set) spans() []span {
	var spans []span
	for i := 0; i < len(s.cuts); i += 2 {
		if last := len(spans) - 1; last < 0 {
			spans = append(spans, span{lo: s.cuts[i]})
		} else if gap, ok := equalText(spans[last].hi, s.cuts[i]); ok {
			spans[last].excluded = append(spans[last].excluded, "!="+gap)
		} else {
			spans = append(spans, span{lo: s.cuts[i]})
		}
		last := &spans[len(spans)-1]
		if last.endless = i+1 == len(s.cuts); !last.endless {
			last.hi = s.cuts[i+1]
		}
	}
	return spans
}

// text returns the span, less the holes that are in it, as a specifier set.
func (p span) text(holes []Version) string {
	lower, upper := p.bounds()
	clauses := append(lower, p.excluded...)
	for _, v := range holes {
		if p.lo.isBelow(v) && (p.endless || !p.hi.isBelow(v)) {
			clauses = append(clauses, holeText(v))
		}
	}
	clauses = append(clauses, upper...)
	if len(clauses) == 0 {
		return ">=0.dev0"
	}
	return strings.Join(clauses, ",")
}

// bounds returns the clauses that come before and after the exclusions.
func (p span) bounds() (lower, upper []string) {
	fromBottom := p.lo.compare(bottom()) == 0
	if !fromBottom && !p.endless {
		if text, ok := equalText(p.lo, p.hi); ok {
			return []string{"==" + text}, nil
		}
	}
	if !fromBottom {
		lower = []string{lowerClause(p.lo)}
	}
	if !p.endless {
		upper = upperClauses(p.hi)
	}
	return lower, upper
}

// equalText returns what follows "==" in the clause for the versions from lo to hi, if there is one.
func equalText(lo, hi cut) (string, bool) {
	if lo.edge != below || hi.edge != below {
		return "", false
	}
	if hi.compare(cutAboveLocals(lo.at)) == 0 {
		return lo.at.String(), true
	}
	prefix := hi.at.finalRelease().trimmed()
	last := len(prefix.release) - 1
	if prefix.release[last] == 0 {
		return "", false
	}
	prefix.release = slices.Clone(prefix.release)
	prefix.release[last]--
	want := clause{op: equal, version: prefix, wildcard: true}.set()
	return prefix.String() + ".*", want.Equal(between(lo, hi))
}

// lowerClause returns the clause for the versions above c, which is not among local versions.
func lowerClause(c cut) string {
	v := c.at
	switch {
	case c.edge == aboveRelease:
		return ">" + v.String()
	case v.dev != number(0):
		return ">=" + v.String()
	case v.post.set && v.post.n > 0:
		return ">" + v.previousPost().String()
	case !v.post.set && v.pre > 0:
		v = v.base()
		v.pre--
		return ">" + v.String()
	default:
		return ">=" + v.String()
	}
}

// upperClauses returns the clauses for the versions below c, which is not among local versions.
func upperClauses(c cut) []string {
	v := c.at
	switch {
	case c.edge == aboveRelease:
		return []string{"!(>" + v.String() + ")"}
	case v.dev == number(0) && v.post.set:
		return []string{"<=" + v.previousPost().String()}
	case v.dev == number(0) && v.phase == final:
		return []string{"<" + v.base().String()}
	case v.IsPrerelease():
		return []string{"<" + v.String()}
	default: // "<" would exclude v's pre-releases
		return []string{"<=" + v.String(), "!=" + v.String()}
	}
}

// previousPost returns the version whose local versions end where v, a post-release's first
// development release, begins.
func (v Version) previousPost() Version {
	v.dev = ordinal{}
	v.post = ordinal{set: v.post.n > 0, n: max(v.post.n-1, 0)}
	return v
}
