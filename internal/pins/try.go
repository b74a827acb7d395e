package pins

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/policy"
)

// A Candidate is a version that somebody thinks of taking.
type Candidate struct {
	Name    string // normalised
	Version pep440.Version
}

// ParseCandidate reads a candidate such as "pytest-xdist==3.8.0".
func ParseCandidate(text string) (Candidate, error) {
	name, version, ok := strings.Cut(text, "==")
	name = pep440.NormalizeName(strings.TrimSpace(name))
	r, err := parseRequirement(name)
	if !ok || err != nil || r.name != name {
		return Candidate{}, fmt.Errorf(`%q is no distribution and version, such as "pytest-xdist==3.8.0"`, text)
	}
	v, err := pep440.Parse(version)
	if err != nil {
		return Candidate{}, fmt.Errorf("%q: %w", text, err)
	}
	return Candidate{name, v}, nil
}

// String returns the candidate as it is asked for.
func (c Candidate) String() string { return c.Name + "==" + c.Version.String() }

// An Outlook is what would come of a candidate.
type Outlook struct {
	Candidate
	From    []string // the versions that are locked, installed or pinned now, ascending
	Breaks  []Effect
	Edits   []Change     // sites that don't admit it
	Keeps   []Workaround // that it needs too
	Lifts   []Lift
	Gains   []policy.Fact // capabilities that come with it
	Unknown []string      // what nobody can tell
}

// An Effect is something that a candidate does, and where that is written.
type Effect struct {
	Text     string
	Pos      finding.Position
	Fact     string   // may be empty
	Backends []string // that it concerns; empty for all
}

// A Change is a site that has to admit a candidate.
type Change struct {
	Site Site
	New  string        // the new specifier; empty where there is none, as in a lock
	Fix  []finding.Fix // the edit, where the file can be edited in place
	Help string        // what to do where it can't
}

// A Lift is a workaround that a candidate makes superfluous.
type Lift struct {
	Workaround
	Rest []finding.Position // sites that go on to admit a version with the defect; with any of them it has to stay
}

// Breaks reports whether a candidate breaks something.
func Breaks(all []Outlook) bool {
	return slices.ContainsFunc(all, func(o Outlook) bool { return len(o.Breaks) > 0 })
}

// Try returns what would come of taking the candidates together, one outlook for each.
func Try(in Input, candidates []Candidate) []Outlook {
	c := &trial{newContext(in), candidates}
	all := make([]Outlook, len(candidates))
	for i, candidate := range candidates {
		all[i] = c.outlook(candidate)
	}
	return all
}

// A trial is a context in which some distributions are what the candidates say.
type trial struct {
	*context
	candidates []Candidate
}

func (t *trial) outlook(c Candidate) Outlook {
	o := Outlook{Candidate: c, From: t.versionsNow(c.Name)}
	n := t.needs[c.Name]
	if n == nil {
		n = &need{name: c.Name, set: pep440.All(), yanked: pep440.None()}
		o.Unknown = append(o.Unknown, "nothing is known of "+c.Name+": neither the policy nor a fact speaks of it")
	}
	unchecked := t.beyondChecked(c.Name).Contains(c.Version)
	if unchecked {
		o.Unknown = append(o.Unknown, fmt.Sprintf("%s is newer than %s, the newest release that the facts were checked with", c, n.checked))
	}
	if list := t.Releases[c.Name]; len(list) > 0 && !slices.ContainsFunc(list, func(r Release) bool { return r.Version.Compare(c.Version) == 0 }) {
		o.Unknown = append(o.Unknown, fmt.Sprintf("the releases that were given have no %s", c))
	}
	o.Breaks = t.breaks(c, n)
	o.Edits = t.edits(c, n)
	for _, w := range t.workarounds() {
		if w.Fact.Package == c.Name {
			t.outcome(&o, w, unchecked)
		}
	}
	if !unchecked {
		o.Gains = t.gains(c, o.From)
	}
	return o
}

// versionsNow returns the versions of a distribution that are locked, installed or pinned.
func (t *trial) versionsNow(name string) []string {
	var versions []pep440.Version
	for i := range t.Sites {
		s := &t.Sites[i]
		if v, ok := s.exact(); ok && s.Name == name && s.Kind.installs() {
			versions = append(versions, v)
		}
	}
	slices.SortStableFunc(versions, pep440.Version.Compare)
	var words []string
	for _, v := range versions {
		if !slices.Contains(words, v.String()) {
			words = append(words, v.String())
		}
	}
	return words
}

// outcome sorts a workaround into what the candidate keeps, lifts or leaves unknown.
func (t *trial) outcome(o *Outlook, w Workaround, unchecked bool) {
	in := t.sets[w.Fact.ID]
	switch {
	case unchecked:
		o.Unknown = append(o.Unknown, fmt.Sprintf("whether %s is fixed there: it was checked through %s", w.Fact.ID, w.Fact.CheckedThrough))
	case in.Contains(o.Version):
		o.Keeps = append(o.Keeps, w)
	default:
		lift := Lift{Workaround: w}
		for i := range t.Sites {
			s := &t.Sites[i]
			if _, exact := s.exact(); s.Name == o.Name && s.Kind.installs() && !exact && t.effective(s).Intersect(in).HasReleases() {
				lift.Rest = append(lift.Rest, s.Position)
			}
		}
		o.Lifts = append(o.Lifts, lift)
	}
}

// gains returns the capabilities that the candidate has and what is there now has not.
func (t *trial) gains(c Candidate, from []string) (gained []policy.Fact) {
	now, ok := t.present(c, from)
	if !ok {
		return nil
	}
	for _, f := range t.facts[c.Name] {
		if in := t.sets[f.ID]; f.Kind == "capability" && in.Contains(c.Version) && !in.Contains(now) {
			gained = append(gained, f)
		}
	}
	return gained
}

// present returns the version that the candidate is compared with: the greatest exact one, else the newest known one that is below the
// candidate and admitted. Where the candidate is admitted already it is the least one, since that is all that can be relied on today.
func (t *trial) present(c Candidate, from []string) (pep440.Version, bool) {
	if len(from) > 0 {
		return mustVersion(from[len(from)-1]), true
	}
	admitted := pep440.None()
	for i := range t.Sites {
		if s := &t.Sites[i]; s.Name == c.Name && s.Kind.installs() {
			admitted = admitted.Union(s.Set)
		}
	}
	if lower, ok := parseSet("<" + c.Version.String()); ok && !admitted.Contains(c.Version) {
		return t.newest(c.Name, admitted.Intersect(lower))
	}
	return t.floor(c.Name)
}

func mustVersion(text string) pep440.Version {
	v, err := pep440.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}

// floor returns the least version that a site begins with.
func (t *trial) floor(name string) (least pep440.Version, found bool) {
	for _, s := range t.Sites {
		low, ok := s.Set.LowerEnd()
		if s.Name == name && s.Kind.installs() && ok && (!found || low.Compare(least) < 0) {
			least, found = low, true
		}
	}
	return least, found
}
