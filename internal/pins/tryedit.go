package pins

import (
	"slices"
	"strings"

	"policygen/internal/pep440"
)

// edits returns the sites that don't admit a candidate, each with the smallest new specifier that does.
func (t *trial) edits(c Candidate, n *need) (all []Change) {
	for i := range t.Sites {
		s := &t.Sites[i]
		if s.Name != c.Name || s.Kind == Build || s.Set.Contains(c.Version) {
			continue
		}
		change := Change{Site: *s}
		switch {
		case s.Kind == Locked:
			change.Help = "lock again"
		case s.Kind == Installed:
			change.Help = "install " + c.String()
		default:
			spec, ok := admitting(s, c.Version, n.set)
			if change.New = spec; ok {
				change.Fix = s.rewritten(spec)
			}
			if change.Fix == nil {
				change.Help = "let it admit " + c.Version.String()
			}
		}
		all = append(all, change)
	}
	return all
}

// admitting returns the site's specifier with the least change that lets a version in, and nothing that is bad besides. It is not ok
// where that can't be written.
func admitting(s *Site, v pep440.Version, good pep440.Set) (string, bool) {
	old := s.Spec.String()
	if set, ok := SpecifierSet(old); !ok || !set.Equal(s.Set) || s.Set.IsEmpty() {
		return "", false
	}
	if _, exact := s.exact(); exact {
		return withVersion(old, v.String())
	}
	for _, try := range []string{widened(old, v, true), widened(old, v, false), afresh(old, s.Set, v, true), afresh(old, s.Set, v, false)} {
		set, ok := SpecifierSet(try)
		if ok && set.Contains(v) && s.Set.Subset(set) && !beyond(beyond(set, s.Set), good.Union(point(v))).HasReleases() {
			return try, true
		}
	}
	return "", false
}

// invalid is no specifier, and stands where none can be written.
const invalid = "?"

// widened moves the clauses that exclude a version, an upper end as far as the next major release or no farther than needed.
func widened(old string, v pep440.Version, far bool) string {
	var list []clause
	for _, c := range clausesOf(old) {
		set, ok := c.set()
		switch {
		case !ok:
			return invalid
		case set.Contains(v):
			list = append(list, c)
		case c.isUpper():
			list = append(list, upTo(v, far))
		case c.isLower():
			list = append(list, clause{operator: ">=", version: v.String()})
		case c.operator == "~=" || c.operator == "==" && strings.HasSuffix(c.version, ".*"):
			list = append(list, spread(set, v, far)...)
		case c.operator != "!=":
			return invalid
		}
	}
	return styleOf(old).spell(slices.CompactFunc(list, func(a, b clause) bool { return a == b }))
}

// upTo returns an upper end above a version.
func upTo(v pep440.Version, far bool) clause {
	if end, ok := nextMajor(v); ok && far {
		return clause{operator: "<", version: end}
	}
	return clause{operator: "<=", version: v.String()}
}

// spread returns clauses from the lower end of a set to a version above it.
func spread(set pep440.Set, v pep440.Version, far bool) []clause {
	low, _ := set.Rounded().LowerEnd()
	if low.Compare(v) > 0 {
		return nil
	}
	return []clause{{operator: ">=", version: low.String()}, upTo(v, far)}
}

// afresh writes the set and everything between it and the version anew, where the old specifier has no clauses of PEP 440.
func afresh(old string, set pep440.Set, v pep440.Version, far bool) string {
	low, ok := set.Rounded().LowerEnd()
	if !ok {
		return invalid
	}
	list := []clause{{operator: ">=", version: low.String()}, upTo(v, far)}
	if v.Compare(low) < 0 {
		above := set.Union(point(v)).Hull()
		return styleOf(old).spell(clausesOf(above.String()))
	}
	return styleOf(old).spell(list)
}
