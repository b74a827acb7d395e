package pins

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// breaks returns what is needed and the candidate has not, and what the candidate needs and others have not.
func (t *trial) breaks(c Candidate, n *need) []Effect {
	var all []Effect
	for _, b := range n.bounds {
		if !b.Set.Contains(c.Version) {
			all = append(all, Effect{Text: b.broken(), Pos: b.Pos, Fact: b.Fact, Backends: b.backends})
		}
	}
	for _, f := range t.factsWith("yanked", c.Name, point(c.Version)) {
		all = append(all, Effect{Text: "it is yanked: " + f.Why, Pos: f.Pos, Fact: f.ID})
	}
	if n.yanked.Contains(c.Version) && len(t.factsWith("yanked", c.Name, point(c.Version))) == 0 {
		all = append(all, Effect{Text: "it is yanked, as the releases that were given say"})
	}
	all = append(all, t.breaksNeeds(c)...)
	return append(all, t.breaksOthers(c)...)
}

// broken says what breaks where a bound does not hold.
func (b bound) broken() string {
	var what string
	switch {
	case b.use != nil:
		what = fmt.Sprintf("%s in %s", b.use.words(), b.use.From)
	case b.Fact != "":
		what = "what the policy uses"
	default:
		what = "the policy's range"
	}
	return fmt.Sprintf("%s, which needs %s: %s", what, b.text(), b.Why)
}

// breaksNeeds finds what the candidate needs and cannot have.
func (t *trial) breaksNeeds(c Candidate) (all []Effect) {
	for _, need := range t.implications(c.Name, point(c.Version)) {
		if need.name == pythonName {
			all = append(all, t.breaksPython(c, need)...)
			continue
		}
		text := fmt.Sprintf("%s needs %s %s", c, need.name, words(need.set))
		if other, ok := t.candidate(need.name); ok {
			if !need.set.Contains(other.Version) {
				all = append(all, Effect{Text: fmt.Sprintf("%s, and %s is tried with it", text, other), Fact: need.facts[0].ID, Pos: need.facts[0].Pos})
			}
			continue
		}
		if n := t.needs[need.name]; n != nil && n.used && !n.set.Intersect(need.set).HasReleases() {
			all = append(all, Effect{Text: fmt.Sprintf("%s, and %s is in force", text, n.words()), Fact: need.facts[0].ID, Pos: n.place()})
		}
		for i := range t.Sites {
			s := &t.Sites[i]
			if s.Name == need.name && (s.Kind.installs() || s.Kind == Constraint) && !s.Set.IsEmpty() && !s.Set.Intersect(need.set).HasReleases() {
				all = append(all, Effect{Text: fmt.Sprintf("%s, and there is %s", text, s.words()), Fact: need.facts[0].ID, Pos: s.Position})
			}
		}
	}
	return all
}

func (t *trial) candidate(name string) (Candidate, bool) {
	i := slices.IndexFunc(t.candidates, func(c Candidate) bool { return c.Name == name })
	if i < 0 {
		return Candidate{}, false
	}
	return t.candidates[i], true
}

// breaksPython finds the versions of Python that are promised where the candidate's distribution is installed and that it does not
// run on.
func (t *trial) breaksPython(c Candidate, need implied) (all []Effect) {
	tell := func(versions []string, at finding.Position) {
		var bad []string
		for _, version := range versions {
			if python := pythonSet(version); !python.Intersect(need.set).HasReleases() && t.runsOn(c.Name, python) {
				bad = append(bad, version)
			}
		}
		if bad != nil {
			all = append(all, Effect{Text: fmt.Sprintf("Python %s: %s", join(bad), need.sentence(c)), Fact: need.facts[0].ID, Pos: at})
		}
	}
	if len(t.Pythons) > 0 {
		tell(t.Pythons, finding.Position{})
		return all
	}
	for i := range t.Sites {
		s := &t.Sites[i]
		if s.Kind == Python && t.concerns(s, c.Name) {
			tell(versionsOfPython(s.Set), s.Position)
		}
	}
	return all
}

// sentence says what is needed: the fact's own words, or the way over another distribution.
func (i implied) sentence(c Candidate) string {
	switch first := i.facts[0]; {
	case len(i.facts) == 1:
		return strings.TrimSuffix(first.Why, ".")
	case i.over != "":
		return fmt.Sprintf("%s needs %s %s, which needs %s %s", c, i.over, words(needed(first, i.over)), i.name, words(i.set))
	}
	return fmt.Sprintf("%s needs %s %s", c, i.name, words(i.set))
}

// runsOn reports whether some site of a distribution counts under a Python.
func (t *trial) runsOn(name string, python pep440.Set) bool {
	pinned := false
	for _, s := range t.Sites {
		if s.Name != name || !s.Kind.installs() {
			continue
		}
		if pinned = true; s.Marker.Holds(Environment{Python: python}) != False {
			return true
		}
	}
	return !pinned
}

// concerns reports whether a requires-python is that of a project that installs the distribution, or of the only one that there is.
func (t *trial) concerns(python *Site, name string) bool {
	only := true
	for i := range t.Sites {
		s := &t.Sites[i]
		if s.Kind == Python && s.File != python.File {
			only = false
		}
		if s.Name == name && s.Kind.installs() && s.File == python.File {
			return true
		}
	}
	return only
}

// breaksOthers finds other pinned distributions none of whose versions go with the candidate.
func (t *trial) breaksOthers(c Candidate) (all []Effect) {
	for i := range t.Sites {
		s := &t.Sites[i]
		if s.Name == c.Name || !s.Kind.installs() || s.Set.IsEmpty() {
			continue
		}
		if _, tried := t.candidate(s.Name); tried {
			continue
		}
		for _, need := range t.directly(s.Name, t.effective(s)) {
			if need.name == c.Name && !need.set.Contains(c.Version) {
				all = append(all, Effect{
					Text: fmt.Sprintf("%s, which needs %s %s", s.words(), c.Name, words(need.set)), Fact: need.facts[0].ID, Pos: s.Position,
				})
			}
		}
	}
	return all
}
