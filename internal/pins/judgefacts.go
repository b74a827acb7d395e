package pins

import (
	"fmt"
	"slices"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/policy"
)

// admitsYanked notes that a range has withdrawn releases in it, which installers pass over as long as there is another one.
func (c *context) admitsYanked(s *Site, n *need, effective pep440.Set) finding.List {
	yanked := effective.Intersect(n.yanked)
	if !c.Strict || !yanked.HasReleases() || s.Kind == Constraint || s.Kind == RunTime || s.Name == pythonName {
		return nil
	}
	f := s.finding("PIN004", finding.Note,
		fmt.Sprintf("%s admits %s, which is yanked; installers pass it over while there is another one", s.words(), c.witnesses(s.Name, yanked)))
	for _, fact := range c.factsWith("yanked", s.Name, yanked) {
		f.Related = append(f.Related, factNote(fact))
	}
	return finding.List{c.withFix(f, s, beyond(effective, yanked))}
}

// pythonName is the name under which ranges of Python itself stand.
const pythonName = "python"

// renamed finds sites whose distribution has another name by now.
func (c *context) renamed(s *Site) (found finding.List) {
	for _, fact := range c.factsWith("renamed", s.Name, s.Set) {
		in := s.Set.Intersect(c.sets[fact.ID])
		if !s.Kind.installs() && !in.Equal(s.Set) {
			continue // what limits the range below that stands elsewhere
		}
		message := fmt.Sprintf("%s admits versions in %s, which are published as %q", s.words(), quote(words(c.sets[fact.ID])), fact.To)
		if in.Equal(s.Set) {
			message = fmt.Sprintf("%s: what it admits is published as %q", s.words(), fact.To)
		}
		f := s.finding("PIN011", finding.Warning, message)
		f.Related = append([]finding.Related{factNote(fact)}, f.Related...)
		f.Help = fmt.Sprintf("end the range before that, or ask for %q if it is meant", fact.To)
		if rest := beyond(s.Set, in); rest.HasReleases() {
			f = c.withFix(f, s, in.Complement())
		}
		found = append(found, f)
	}
	return found
}

// unknownVersions finds versions that nobody looked at.
func (c *context) unknownVersions(s *Site) finding.List {
	n := c.needs[s.Name]
	if n == nil || !s.Kind.installs() || c.Policy != nil && !n.used {
		return nil
	}
	after := s.Set.Intersect(c.beyondChecked(s.Name))
	_, exact := s.exact()
	switch {
	case !after.HasReleases() || !exact && (!c.Strict || c.Policy == nil):
		return nil
	case exact:
		return finding.List{s.finding("PIN008", c.unknown(),
			fmt.Sprintf("%s is newer than %s, the newest release that the facts were checked with: whether it works is unknown", s.words(), n.checked))}
	}
	return finding.List{s.finding("PIN008", c.unknown(),
		fmt.Sprintf("%s admits releases after %s, the newest that the facts were checked with: whether they work is unknown", s.words(), n.checked))}
}

// factsWith returns the facts of a kind about a distribution that hold for something in a set.
func (c *context) factsWith(kind, name string, set pep440.Set) []policy.Fact {
	return slices.DeleteFunc(slices.Clone(c.facts[name]), func(f policy.Fact) bool {
		return f.Kind != kind || !set.Intersect(c.sets[f.ID]).HasReleases()
	})
}

func factNote(f policy.Fact) finding.Related {
	return finding.Related{Position: f.Pos, Message: fmt.Sprintf("%s (%s): %s", f.ID, f.In, f.Why)}
}
