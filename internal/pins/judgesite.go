package pins

import (
	"fmt"
	"slices"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/policy"
)

// judgeSite holds one site against what its distribution needs.
func (c *context) judgeSite(s *Site) finding.List {
	if s.Set.IsEmpty() {
		return finding.List{s.finding("PIN010", finding.Error, s.words()+" admits no version at all: its parts exclude each other")}
	}
	found := c.judgeRange(s)
	found = append(found, c.renamed(s)...)
	found = append(found, c.unknownVersions(s)...)
	return append(found, c.idleExclusions(s)...)
}

func (c *context) judgeRange(s *Site) finding.List {
	n := c.needs[s.Name]
	if n == nil || n.set.IsEmpty() || s.Kind == Build && !n.barred() || c.isOverridden(s) {
		return nil // nothing is known, or PIN010 says that nothing is left
	}
	if v, ok := s.exact(); ok {
		return c.judgeVersion(s, n, v)
	}
	effective := c.effective(s)
	if effective.IsEmpty() {
		return nil // a constraint excludes all of it, which is PIN006
	}
	good, bounds := c.good(s, n, effective)
	bad := beyond(effective, good)
	switch {
	case !effective.Intersect(good).HasReleases() && c.isConstraintsFault(s, good):
		return nil // it is told at the constraint
	case !effective.Intersect(good).HasReleases():
		return finding.List{c.conflict(s, n, good, bounds)}
	case s.Kind != Constraint && s.Kind != RunTime && c.isKnownIn(s.Name, bad) && c.spokenIn(s.Name, bad, bounds):
		return finding.List{c.admitsBad(s, n, effective, good, bounds)}
	}
	return append(c.avoidable(s, n, effective), c.admitsYanked(s, n, effective)...)
}

// isConstraintsFault reports whether nothing is wrong with the site itself, but a constraint on it admits nothing good.
func (c *context) isConstraintsFault(s *Site, good pep440.Set) bool {
	return s.Kind != Constraint && s.Set.Intersect(good).HasReleases() && slices.ContainsFunc(c.named[s.Name], func(t *Site) bool {
		return t.Kind == Constraint && c.together(s, t) && !t.Set.Intersect(good).HasReleases()
	})
}

// isOverridden reports whether another site replaces what this one says.
func (c *context) isOverridden(s *Site) bool {
	return s.Kind == Declared && slices.ContainsFunc(c.named[s.Name], func(t *Site) bool { return t.Kind == Override && c.together(s, t) })
}

// barred reports whether there are releases that nobody should have.
func (n *need) barred() bool {
	return !n.yanked.IsEmpty() || slices.ContainsFunc(n.bounds, func(b bound) bool { return b.barring })
}

// good returns what the site may admit, and the bounds that say so. Without a policy nobody promised a floor: then a bound
// counts where what an installer takes today breaks it.
func (c *context) good(s *Site, n *need, effective pep440.Set) (pep440.Set, []bound) {
	if s.Kind == Build {
		return c.only(n, func(b bound) bool { return b.barring })
	}
	newest, known := c.newest(s.Name, beyond(effective, n.yanked))
	if c.Policy == nil && !c.Strict && known {
		return c.only(n, func(b bound) bool { return !b.Set.Contains(newest) })
	}
	return n.set, n.violated(effective)
}

// only returns what some of the bounds leave.
func (c *context) only(n *need, which func(bound) bool) (pep440.Set, []bound) {
	set := pep440.All()
	var bounds []bound
	for _, b := range n.bounds {
		if which(b) {
			set, bounds = set.Intersect(b.Set), append(bounds, b)
		}
	}
	return set, bounds
}

// isKnownIn reports whether a set may hold a release. Where an index told all releases, only these count, and whatever may come.
func (c *context) isKnownIn(name string, set pep440.Set) bool {
	list := c.releases(name)
	if len(c.Releases[name]) == 0 || len(list) == 0 {
		return set.HasReleases()
	}
	coming, ok := parseSet(">" + list[len(list)-1].String())
	return slices.ContainsFunc(list, set.Contains) || ok && set.Intersect(coming).HasReleases()
}

// spokenIn reports whether a policy needs what a set is without, or facts alone do and speak of a release in it. An option that is there
// since the first release needs the distribution and no version of it.
func (c *context) spokenIn(name string, set pep440.Set, bounds []bound) bool {
	return slices.ContainsFunc(bounds, func(b bound) bool { return b.Fact == "" }) || slices.ContainsFunc(c.releases(name), set.Contains)
}

func (c *context) judgeVersion(s *Site, n *need, v pep440.Version) finding.List {
	var found finding.List
	if n.yanked.Contains(v) {
		f := s.finding("PIN004", finding.Error, fmt.Sprintf("%s is yanked", s.words()))
		if s.Kind == Locked {
			f.Message = fmt.Sprintf("%s is yanked (locked in %s)", s.words(), s.Scope)
		}
		for _, fact := range c.factsWith("yanked", s.Name, point(v)) {
			f.Related = append(f.Related, factNote(fact))
		}
		return append(found, c.withFix(f, s, beyond(n.set, n.yanked)))
	}
	if good := n.set; !good.Contains(v) && s.Kind != Build || s.Kind == Build && !c.allowed(n, v) {
		severity := finding.Error
		f := s.finding("PIN003", severity, fmt.Sprintf("%s is not in %s", s.words(), n.words()))
		f.Related = append(c.reasons(n.violated(point(v))), f.Related...)
		return append(found, c.withFix(f, s, good))
	}
	return found
}

// allowed reports whether no blocking defect is in a version.
func (c *context) allowed(n *need, v pep440.Version) bool {
	set, _ := c.only(n, func(b bound) bool { return b.barring })
	return set.Contains(v)
}

// conflict says that nothing the site admits is good.
func (c *context) conflict(s *Site, n *need, good pep440.Set, bounds []bound) finding.Finding {
	f := s.finding("PIN001", finding.Error, fmt.Sprintf("%s admits no version that is in %s", s.words(), n.wordsOf(good, bounds)))
	f.Related = append(c.reasons(bounds), f.Related...)
	return c.withFix(f, s, good)
}

// admitsBad says what the site admits besides.
func (c *context) admitsBad(s *Site, n *need, effective, good pep440.Set, bounds []bound) finding.Finding {
	severity := finding.Error
	newest, known := c.newest(s.Name, beyond(effective, n.yanked))
	if c.Policy == nil || s.Kind == Command && known && good.Contains(newest) {
		severity = finding.Warning
	}
	f := s.finding("PIN002", severity,
		fmt.Sprintf("%s admits %s; %s is needed", s.words(), c.witnesses(s.Name, beyond(effective, good)), n.wordsOf(good, bounds)))
	f.Related = append(c.reasons(bounds), f.Related...)
	return c.withFix(f, s, good)
}

// avoidable finds defects that the policy does not step around and that a newer release that the site admits does not have.
func (c *context) avoidable(s *Site, n *need, effective pep440.Set) (found finding.List) {
	if c.Policy == nil || !n.used || !s.Kind.installs() {
		return nil
	}
	for _, fact := range c.factsWith("defect", s.Name, effective) {
		in := c.sets[fact.ID]
		good := beyond(n.set, in)
		newest, known := c.newest(s.Name, beyond(effective, n.yanked))
		if fact.Severity != "workaround" || c.isReason(fact.ID) || !known || !good.Contains(newest) {
			continue
		}
		f := s.finding("PIN002", finding.Warning,
			fmt.Sprintf("%s admits %s with a defect that %s has not", s.words(), c.witnesses(s.Name, effective.Intersect(in)), newest))
		f.Related = append([]finding.Related{factNote(fact)}, f.Related...)
		found = append(found, c.withFix(f, s, good))
	}
	return found
}

// isReason reports whether some plan has settings because of a fact.
func (c *context) isReason(id string) bool {
	return slices.ContainsFunc(c.Plans, func(p policy.Plan) bool {
		return slices.ContainsFunc(p.Because, func(r policy.Reason) bool { return r.Fact.ID == id })
	})
}

// withFix adds the edit that settles a finding at a site.
func (c *context) withFix(f finding.Finding, s *Site, good pep440.Set) finding.Finding {
	switch spec, ok := c.narrowed(s, good); {
	case s.Kind == Locked:
		f.Help = "lock again with what is needed"
	case s.Kind == Installed:
		f.Help = "install what is needed"
	case ok:
		if f.Fixes = s.rewritten(spec); f.Fixes == nil && f.Help == "" {
			f.Help = "write " + s.Name + " " + spec
		}
	}
	return f
}
