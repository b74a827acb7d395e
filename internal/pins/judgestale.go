package pins

import (
	"fmt"
	"slices"

	"policygen/internal/finding"
)

// idleExclusions finds clauses such as "!=3.6.0" that exclude nothing.
func (c *context) idleExclusions(s *Site) (found finding.List) {
	list := clausesOf(s.Spec.String())
	if set, ok := setOf(list); !ok || !set.Equal(s.Set) || s.Kind.resolved() {
		return nil
	}
	for i, exclusion := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		set, _ := setOf(rest)
		if exclusion.operator != "!=" || len(rest) > 0 && slices.Contains(rest, exclusion) {
			continue
		}
		lost := beyond(set, s.Set)
		why := "the rest of the range excludes it already"
		switch {
		case lost.IsEmpty():
		case !lost.HasReleases() || c.isKnownIn(s.Name, lost): // a pre-release may well be there
			continue
		default:
			why = "there is no such release"
		}
		f := s.finding("PIN009", finding.Note, fmt.Sprintf("%s: %s can be lifted, since %s", s.words(), quote(exclusion.String()), why))
		f.Fixes = s.rewritten(styleOf(s.Spec.String()).spell(rest))
		found = append(found, f)
	}
	return found
}

// liftable finds workarounds that nothing needs any more, and those that somebody wanted to look at by now.
func (c *context) liftable() (found finding.List) {
	for _, w := range c.workarounds() {
		f := finding.Finding{Position: w.Pos, Code: "PIN009", Severity: c.unknown()}
		if w.State == Liftable {
			lifted := f
			lifted.Message = fmt.Sprintf("the workaround for %s can be lifted: %s", w.Fact.ID, w.Why)
			lifted.Related = []finding.Related{factNote(w.Fact)}
			lifted.Help = w.advice()
			found = append(found, lifted)
		}
		if w.Overdue {
			f.Message = fmt.Sprintf("the workaround for %s was to be looked at by %s", w.Fact.ID, w.Review)
			f.Related = []finding.Related{factNote(w.Fact)}
			f.Help = "look whether it is still needed, and give it another day"
			found = append(found, f)
		}
	}
	return found
}
