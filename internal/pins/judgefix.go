package pins

import (
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// rewritten returns a fix that gives the site another specifier, or none where the text can't be changed in place.
func (s *Site) rewritten(spec string) []finding.Fix {
	old := s.Spec.String()
	if !s.editable(spec) || spec == old {
		return nil
	}
	head, tail := 0, 0
	for head < len(old) && head < len(spec) && old[head] == spec[head] {
		head++
	}
	for tail < len(old)-head && tail < len(spec)-head && old[len(old)-1-tail] == spec[len(spec)-1-tail] {
		tail++
	}
	edit := finding.Edit{
		File: s.Spec.At(0).File, Start: s.Spec.Offset(0) + head, End: s.Spec.Offset(0) + len(old) - tail, Text: spec[head : len(spec)-tail],
	}
	return []finding.Fix{{Description: "write " + s.Name + " " + spec, Edits: []finding.Edit{edit}}}
}

// editable reports whether the specifier of the site stands in its file as it is and another one may take its place.
func (s *Site) editable(spec string) bool {
	old := s.Spec.String()
	at := s.Spec.At(0)
	if s.Kind.resolved() || !at.IsValid() {
		return false
	}
	for i := range old {
		if s.Spec.Offset(i) != s.Spec.Offset(0)+i {
			return false
		}
	}
	angled := func(text string) bool { return strings.ContainsAny(text, "<>") }
	switch {
	case s.Kind == Command && (old == "" || angled(spec) && !angled(old)): // to a shell it would be a redirection
		return false
	case (strings.HasSuffix(at.File, ".yml") || strings.HasSuffix(at.File, ".yaml")) && strings.Contains(spec, ",") && !strings.Contains(old, ","):
		return false // in a flow sequence the comma would begin another item
	}
	return true
}

// narrowed returns a specifier in the style of the site's that admits what it admits and is good. Where nothing is, it is
// one that moves the site to the least change that is good.
func (c *context) narrowed(s *Site, good pep440.Set) (string, bool) {
	old := s.Spec.String()
	if set, ok := SpecifierSet(old); !ok || !set.Equal(s.Set) {
		return "", false
	}
	if v, exact := s.exact(); exact {
		return c.otherVersion(s, v, good)
	}
	wanted := s.Set.Intersect(good)
	if !wanted.HasReleases() {
		return moved(old, s.Set, good)
	}
	for _, try := range []func(string, pep440.Set) string{keptCaret, mergedClauses, hullClauses} {
		text := try(old, wanted)
		set, ok := SpecifierSet(text)
		if text != "" && ok && set.HasReleases() && !beyond(set, good).HasReleases() && set.Subset(s.Set) {
			return text, true
		}
	}
	return "", false
}

// keptCaret raises the version behind poetry's caret or tilde, where nothing else is lost by that.
func keptCaret(old string, wanted pep440.Set) string {
	if !strings.HasPrefix(old, "^") && (!strings.HasPrefix(old, "~") || strings.HasPrefix(old, "~=")) {
		return ""
	}
	low, ok := wanted.LowerEnd()
	text := old[:1] + low.String()
	if set, valid := SpecifierSet(text); !ok || !valid || !set.Rounded().Equal(wanted.Rounded()) {
		return ""
	}
	return text
}

// hullClauses writes the set afresh.
func hullClauses(old string, wanted pep440.Set) string {
	return styleOf(old).spell(hullOf(wanted))
}

// mergedClauses keeps the clauses that are there, moves the ends that have to move, and takes out what has to go.
func mergedClauses(old string, wanted pep440.Set) string {
	hull := hullOf(wanted)
	if old == "*" {
		old = ""
	}
	var list []clause
	for _, c := range clausesOf(old) {
		end, ok := matching(hull, c)
		if ok && !covers(end, c) {
			c = end
		}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	for _, c := range hull {
		set, ok := setOf(list)
		if bound, valid := c.set(); ok && valid && set.Subset(bound) {
			continue
		}
		if c.isLower() {
			list = slices.Insert(list, 0, c)
		} else {
			list = append(list, c)
		}
	}
	return styleOf(old).spell(withoutIdle(list))
}

// matching returns the end of a hull that a clause is about.
func matching(hull []clause, c clause) (clause, bool) {
	i := slices.IndexFunc(hull, func(h clause) bool { return h.isLower() && c.isLower() || h.isUpper() && c.isUpper() })
	if i < 0 {
		return clause{}, false
	}
	return hull[i], true
}

// covers reports whether all that a clause admits another one admits too.
func covers(outer, inner clause) bool {
	a, ok1 := outer.set()
	b, ok2 := inner.set()
	return ok1 && ok2 && b.Subset(a)
}

// withoutIdle leaves out clauses that exclude nothing any more.
func withoutIdle(list []clause) []clause {
	for i := len(list) - 1; i >= 0; i-- {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		set, ok := setOf(rest)
		if own, valid := list[i].set(); ok && valid && len(rest) > 0 && set.Subset(own) {
			list = rest
		}
	}
	return list
}

// otherVersion returns the exact specifier with a good version in it: the next one that is known, else the newest one.
func (c *context) otherVersion(s *Site, v pep440.Version, good pep440.Set) (string, bool) {
	if n := c.needs[s.Name]; n != nil {
		good = beyond(good, n.yanked)
	}
	next := -1
	list := c.releases(s.Name)
	for i, release := range list {
		if good.Contains(release) && (next < 0 || list[next].Compare(v) < 0) {
			next = i
		}
	}
	if next < 0 {
		return "", false
	}
	return withVersion(s.Spec.String(), list[next].String())
}

// withVersion puts another version into a specifier of one clause.
func withVersion(old, version string) (string, bool) {
	list := clausesOf(old)
	if len(list) != 1 {
		return "", false
	}
	list[0].version = version
	return list[0].String(), true
}

// moved returns a specifier for a site all of whose versions are bad: the good ones, up to the next major release if the old one had
// an upper end too.
func moved(old string, set, good pep440.Set) (string, bool) {
	wanted := good.Rounded()
	low, ok := wanted.LowerEnd()
	if end, major := nextMajor(low); ok && major && bounded(set) {
		if capped, valid := parseSet("<" + end); valid && capped.Intersect(wanted).HasReleases() {
			wanted = wanted.Intersect(capped)
		}
	}
	if text := keptCaret(old, wanted); text != "" {
		return text, true
	}
	text := hullClauses(old, wanted)
	admitted, valid := parseSet(text)
	return text, valid && text != "" && admitted.HasReleases() && !beyond(admitted, good).HasReleases()
}

// bounded reports whether a set has an upper end.
func bounded(set pep440.Set) bool {
	far, _ := parseSet(">=999999")
	return set.Intersect(far).IsEmpty()
}
