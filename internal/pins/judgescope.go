package pins

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// disagreements finds sites that together leave no version, or not what they seem to.
func (c *context) disagreements() (found finding.List) {
	type pair struct{ a, b finding.Position }
	scopes := map[pair][]string{} // many environments can have one pair of places
	var pairs []pair
	for _, name := range slices.Sorted(maps.Keys(c.named)) {
		same := c.named[name]
		for i, b := range same {
			for _, a := range same[:i] {
				f, ok := c.disagreement(a, b)
				if !ok {
					continue
				}
				p := pair{a.Position, b.Position}
				if scopes[p] == nil {
					pairs, found = append(pairs, p), append(found, f)
				}
				scopes[p] = append(scopes[p], b.Scope)
			}
		}
	}
	for i, p := range pairs {
		where := scopes[p][0]
		if more := len(scopes[p]) - 1; more > 0 {
			where += fmt.Sprintf(", and %d more", more)
		}
		found[i].Message += " (" + where + ")"
	}
	return append(found, c.staleLocks()...)
}

// disagreement compares two sites of one distribution.
func (c *context) disagreement(a, b *Site) (finding.Finding, bool) {
	if a.Name != b.Name || a.Kind.resolved() || b.Kind.resolved() || a.Set.IsEmpty() || b.Set.IsEmpty() ||
		(a.Kind == Override) != (b.Kind == Override) || a.Kind == Python || !c.together(a, b) {
		return finding.Finding{}, false
	}
	if a.Position.Compare(b.Position) > 0 {
		a, b = b, a
	}
	other := []finding.Related{{Position: a.Position, Message: a.words() + " here"}}
	if !a.Set.Intersect(b.Set).HasReleases() {
		f := b.finding("PIN006", finding.Error, fmt.Sprintf("%s and %s at %s leave no version", b.words(), a.words(), a.Position))
		f.Related = append(other, f.Related...)
		return f, true
	}
	low, ok := a.Set.LowerEnd()
	high, okToo := b.Set.LowerEnd()
	if ok && okToo && low.Compare(high) != 0 && a.Kind == Declared && b.Kind == Declared && a.Scope == b.Scope {
		f := b.finding("PIN006", finding.Note, fmt.Sprintf("%s here and %s at %s: the greater floor holds", b.words(), a.words(), a.Position))
		f.Related = append(other, f.Related...)
		return f, true
	}
	return finding.Finding{}, false
}

// staleLocks finds declared ranges in which no locked version is.
func (c *context) staleLocks() (found finding.List) {
	for i := range c.Sites {
		declared := &c.Sites[i]
		if declared.Kind != Declared && declared.Kind != Override || declared.Set.IsEmpty() {
			continue
		}
		locks := c.locksOf(declared)
		if len(locks) == 0 || slices.ContainsFunc(locks, func(l *Site) bool { return l.Set.Intersect(declared.Set).HasReleases() }) {
			continue
		}
		lock := locks[0]
		f := lock.finding("PIN006", finding.Error, fmt.Sprintf("%s is locked, and %s at %s does not admit it", lock.words(), declared.words(), declared.Position))
		f.Related = append([]finding.Related{{Position: declared.Position, Message: declared.words() + " here"}}, f.Related...)
		f.Help = "lock again"
		found = append(found, f)
	}
	return found
}

// locksOf returns what locks made from the site's file say of its distribution. Where an override replaces the site there are none.
func (c *context) locksOf(s *Site) (locks []*Site) {
	for _, t := range c.named[s.Name] {
		if !isLockOf(t.File, s.File) && (t.Kind != Override || t.File != s.File) {
			continue
		}
		switch {
		case t.Kind == Override && s.Kind != Override:
			return nil
		case t.Kind == Locked && t.Exact != "" && !DisjointIn(t.Marker, s.Marker, c.env):
			locks = append(locks, t)
		}
	}
	return locks
}

// madeFrom are the lock files that resolvers write beside what they resolve.
var madeFrom = map[string][]string{
	"uv.lock": {"pyproject.toml"}, "poetry.lock": {"pyproject.toml"}, "pdm.lock": {"pyproject.toml"}, "Pipfile.lock": {"Pipfile"},
}

// isLockOf reports whether a lock is made from a file.
func isLockOf(lock, file string) bool {
	if path.Dir(lock) != path.Dir(file) {
		return false
	}
	stem, compiled := strings.CutSuffix(path.Base(file), ".in")
	return slices.Contains(madeFrom[path.Base(lock)], path.Base(file)) || compiled && path.Base(lock) == stem+".txt"
}

// missing finds distributions that the policy uses and that nothing installs.
func (c *context) missing() (found finding.List) {
	severity := finding.Warning
	if c.Strict {
		severity = finding.Error
	}
	for _, n := range c.usedNeeds() {
		if n.name == pythonName {
			continue
		}
		if !slices.ContainsFunc(c.Sites, func(s Site) bool { return s.Name == n.name && s.Kind.installs() }) && !c.isUnreadable(n.name) {
			f := finding.Finding{Position: n.place(), Code: "PIN005", Severity: severity,
				Message: fmt.Sprintf("%s is needed, and no place of the repository installs it", n.name), Help: "declare " + n.asRequirement()}
			f.Related = c.reasons(n.bounds)
			if len(f.Related) > 0 && f.Related[0].Position == f.Position {
				f.Related = f.Related[1:]
			}
			found = append(found, f)
		}
		found = append(found, c.missingIn(n, severity)...)
	}
	return found
}

// isUnreadable reports whether a site of the distribution may stand where nobody could read it.
func (c *context) isUnreadable(name string) bool {
	return slices.ContainsFunc(c.Unreadable, func(u Unreadable) bool { return u.Name == "" || u.Name == name })
}

// missingIn finds environments that have pytest without a distribution that every backend uses.
func (c *context) missingIn(n *need, severity finding.Severity) (found finding.List) {
	if len(n.bounds) > 0 && !slices.ContainsFunc(n.bounds, func(b bound) bool { return len(b.backends) == 0 }) {
		return nil
	}
	for i := range c.Sites {
		pytest := &c.Sites[i]
		if pytest.Name != "pytest" || pytest.Kind != Installed ||
			slices.ContainsFunc(c.Sites, func(s Site) bool { return s.Kind == Installed && s.Scope == pytest.Scope && s.Name == n.name }) {
			continue
		}
		found = append(found, pytest.finding("PIN005", severity, fmt.Sprintf("%s is needed, and %s has pytest without it", n.name, pytest.Scope)))
	}
	return found
}

// usedNeeds returns what the policy uses, by name.
func (c *context) usedNeeds() []*need {
	var list []*need
	for _, n := range c.needs {
		if n.used {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b *need) int { return strings.Compare(a.name, b.name) })
	return list
}

// place returns where the policy asks for the distribution.
func (n *need) place() finding.Position {
	for _, b := range n.bounds {
		if b.Pos.IsValid() {
			return b.Pos
		}
	}
	return finding.Position{}
}

// asRequirement returns the distribution with the range that is needed.
func (n *need) asRequirement() string {
	if n.set.Equal(pep440.All()) {
		return n.name
	}
	return n.name + words(n.set)
}

// unsatisfiable finds distributions of which the policy and the project's own options leave no version.
func (c *context) unsatisfiable() (found finding.List) {
	for _, n := range c.needs {
		i := slices.IndexFunc(n.bounds, func(b bound) bool { return b.use != nil })
		if !n.set.IsEmpty() || i < 0 {
			continue
		}
		f := finding.Finding{Position: n.bounds[i].Pos, Code: "PIN010", Message: fmt.Sprintf("no version of %s is left by what is needed of it", n.name)}
		f.Related = c.reasons(decisive(n.bounds))
		found = append(found, f)
	}
	return found
}

// decisive returns the bounds without which some version would be left.
func decisive(bounds []bound) []bound {
	core := slices.Clone(bounds)
	for i := len(core) - 1; i >= 0; i-- {
		without := slices.Delete(slices.Clone(core), i, i+1)
		set := pep440.All()
		for _, b := range without {
			set = set.Intersect(b.Set)
		}
		if set.IsEmpty() {
			core = without
		}
	}
	return core
}
