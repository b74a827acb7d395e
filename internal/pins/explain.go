package pins

import (
	"slices"

	"policygen/internal/pep440"
	"policygen/policy"
)

// An Explanation is all that there is to say about a distribution.
type Explanation struct {
	Name           string
	Range          string // what the policy and the facts need of it, "" for any version
	Divided        bool   // the backends need ranges that have nothing in common; Range is then what any of them needs
	Bounds         []Reason
	CheckedThrough string // the newest release that the facts were checked with; empty where no fact speaks of it
	Sites          []Verdict
	Workarounds    []Workaround
	Facts          []policy.Fact // defects, withdrawn releases and new names that nothing above has, by id
}

// A Reason is one bound of an [Explanation].
type Reason struct {
	policy.Bound
	Words    string   // the range as people read it
	Backends []string // that need it; empty for all
	Use      *Use     // the option of the project that brings it; nil where the policy does
}

// A Verdict is a site with what it admits beyond what is needed.
type Verdict struct {
	Site
	Bad     string // the least and the greatest release that it should not admit; empty where there is none
	Unknown bool   // it admits releases that nobody looked at
}

// Known reports whether anything is known of a distribution: a site, the policy or a fact names it.
func Known(in Input, name string) bool {
	return slices.ContainsFunc(in.Sites, func(s Site) bool { return s.Name == name }) ||
		slices.ContainsFunc(in.Facts, func(f policy.Fact) bool { return f.Package == name }) ||
		slices.ContainsFunc(in.Plans, func(p policy.Plan) bool {
			return slices.ContainsFunc(p.Requires, func(r policy.Requirement) bool { return r.Package == name })
		})
}

// Explain returns what there is to say about a distribution, by its normalised name.
func Explain(in Input, name string) Explanation {
	c := newContext(in)
	e := Explanation{Name: name}
	n := c.needs[name]
	if n == nil {
		n = &need{name: name, set: pep440.All(), yanked: pep440.None()}
	}
	e.CheckedThrough, e.Divided = n.checked, n.divided
	if !n.set.Equal(pep440.All()) {
		e.Range = words(n.set)
	}
	for _, b := range n.bounds {
		e.Bounds = append(e.Bounds, Reason{b.Bound, b.text(), b.backends, b.use})
	}
	for i := range c.Sites {
		if s := &c.Sites[i]; s.Name == name {
			e.Sites = append(e.Sites, c.verdict(s, n))
		}
	}
	for _, w := range c.workarounds() {
		if w.Fact.Package == name {
			e.Workarounds = append(e.Workarounds, w)
		}
	}
	e.Facts = c.otherFacts(name, e)
	return e
}

func (c *context) verdict(s *Site, n *need) Verdict {
	v := Verdict{Site: *s}
	bad := beyond(c.effective(s), n.set)
	if _, exact := s.exact(); exact {
		bad = bad.Union(s.Set.Intersect(n.yanked))
	}
	if bad.HasReleases() && c.spokenIn(s.Name, bad, n.bounds) && s.Kind != Constraint && s.Kind != RunTime && s.Kind != Build {
		v.Bad = c.witnesses(s.Name, bad)
	}
	v.Unknown = s.Set.Intersect(c.beyondChecked(s.Name)).HasReleases()
	return v
}

// otherFacts returns the defects and the like about a distribution that are neither a bound nor a workaround.
func (c *context) otherFacts(name string, e Explanation) []policy.Fact {
	return slices.DeleteFunc(slices.Clone(c.facts[name]), func(f policy.Fact) bool {
		return f.Kind == "capability" || f.Kind == "requires" ||
			slices.ContainsFunc(e.Bounds, func(b Reason) bool { return b.Fact == f.ID }) ||
			slices.ContainsFunc(e.Workarounds, func(w Workaround) bool { return w.Fact.ID == f.ID })
	})
}
