package pins

import (
	"cmp"
	"slices"
	"strings"

	"policygen/internal/pep440"
)

// releases returns the releases of a distribution that are known, in ascending order: those of the index, else those that the facts
// and the pins speak of. Pre-releases are left out.
func (c *context) releases(name string) []pep440.Version {
	if list, ok := c.known[name]; ok {
		return list
	}
	var list []pep440.Version
	for _, r := range c.Releases[name] {
		list = append(list, r.Version)
	}
	if list == nil {
		list = c.spokenOf(name)
	}
	list = slices.DeleteFunc(list, pep440.Version.IsPrerelease)
	slices.SortStableFunc(list, func(a, b pep440.Version) int {
		return cmp.Or(a.Compare(b), len(b.String())-len(a.String())) // 7.0.0 rather than 7.0
	})
	list = slices.CompactFunc(list, func(a, b pep440.Version) bool { return a.Compare(b) == 0 })
	c.known[name] = list
	return list
}

// spokenOf returns the versions that facts, pins and ranges name. A range's upper end need be no release.
func (c *context) spokenOf(name string) []pep440.Version {
	var list []pep440.Version
	add := func(text string) {
		if v, err := pep440.Parse(text); err == nil {
			list = append(list, v)
		}
	}
	lower := func(text string) {
		for _, clause := range clausesOf(text) {
			if !strings.HasPrefix(clause.operator, "<") && clause.operator != "!=" && clause.operator != ">" {
				add(strings.TrimSuffix(clause.version, ".*"))
			}
		}
	}
	for _, f := range c.facts[name] {
		add(f.CheckedThrough)
		for _, source := range f.Source { // "CHANGELOG 3.6.1", "tag v3.6.1", "metadata of 7.4.4"
			if kind, version, ok := cutLast(source); ok && slices.Contains([]string{"CHANGELOG", "tag", "metadata of"}, kind) {
				add(version)
			}
		}
		for _, clause := range clausesOf(f.In) {
			add(strings.TrimSuffix(clause.version, ".*"))
		}
	}
	if n := c.needs[name]; n != nil {
		for _, b := range n.bounds {
			lower(b.Range)
		}
	}
	for _, s := range c.Sites {
		if s.Name == name {
			add(s.Exact)
			lower(s.Range)
		}
	}
	return list
}

// newest returns the greatest known release of a set.
func (c *context) newest(name string, set pep440.Set) (pep440.Version, bool) {
	for _, v := range slices.Backward(c.releases(name)) {
		if set.Contains(v) {
			return v, true
		}
	}
	return pep440.Version{}, false
}

// witnesses says which versions of a set there are: the least and the greatest release that is known, else the set itself.
func (c *context) witnesses(name string, set pep440.Set) string {
	var in []string
	for _, v := range c.releases(name) {
		if set.Contains(v) {
			in = append(in, v.String())
		}
	}
	switch len(in) {
	case 0:
		return "versions in " + quote(rangesOf(set))
	case 1:
		return in[0]
	}
	return in[0] + ", " + in[len(in)-1]
}

// beyondChecked returns the versions of a distribution that no fact about it looked at; nothing where none speaks of it.
func (c *context) beyondChecked(name string) pep440.Set {
	n := c.needs[name]
	if n == nil || n.checked == "" {
		return pep440.None()
	}
	set, ok := parseSet(">" + n.checked)
	if !ok {
		return pep440.None()
	}
	return set
}

// cutLast splits a text at its last blank.
func cutLast(text string) (before, after string, found bool) {
	i := strings.LastIndex(text, " ")
	if i < 0 {
		return "", text, false
	}
	return text[:i], text[i+1:], true
}
