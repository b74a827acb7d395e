package pins

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/policy"
)

// An implied range is what the versions of one distribution need of another one: outside it none of them can be installed.
type implied struct {
	name  string
	set   pep440.Set
	facts []policy.Fact // on the way there
	over  string        // the distribution that needs it, where that isn't the one asked for
}

// implications returns what versions of a distribution need in turn, and what that needs once more.
func (c *context) implications(name string, set pep440.Set) []implied {
	direct := c.directly(name, set)
	all := slices.Clone(direct)
	for _, d := range direct {
		if d.name == pythonName {
			continue
		}
		for _, further := range c.directly(d.name, d.set) {
			same := slices.IndexFunc(direct, func(x implied) bool { return x.name == further.name })
			if same >= 0 && direct[same].set.Subset(further.set) {
				continue // it is needed anyway
			}
			further.facts, further.over = append(slices.Clone(d.facts), further.facts...), d.name
			all = append(all, further)
		}
	}
	return all
}

// directly is implications without what these need. Where facts do not speak of all the versions nothing is known.
func (c *context) directly(name string, set pep440.Set) []implied {
	facts := c.factsWith("requires", name, set)
	rest := set
	for _, f := range facts {
		rest = beyond(rest, c.sets[f.ID])
	}
	if len(facts) == 0 || rest.HasReleases() {
		return nil
	}
	var all []implied
	for _, first := range facts[0].Needs {
		i := implied{name: needName(first), set: pep440.None(), facts: facts}
		for _, f := range facts {
			i.set = i.set.Union(needed(f, i.name))
		}
		all = append(all, i)
	}
	return all
}

func needName(text string) string { return text[:strings.IndexAny(text+"<", "<>=!~ ")] }

// needed returns what a fact says is needed of a distribution: everything where it says nothing.
func needed(f policy.Fact, name string) pep440.Set {
	set := pep440.All()
	for _, text := range f.Needs {
		if needName(text) == name {
			if own, ok := parseSet(strings.TrimPrefix(text, name)); ok {
				set = set.Intersect(own)
			}
		}
	}
	return set
}

// unmetNeeds finds sites none of whose versions can be installed beside what other sites admit.
func (c *context) unmetNeeds() (found finding.List) {
	for i := range c.Sites {
		s := &c.Sites[i]
		if !s.Kind.installs() || s.Set.IsEmpty() || c.facts[s.Name] == nil {
			continue
		}
		set := c.effective(s)
		for _, need := range c.implications(s.Name, set) {
			if need.name == pythonName {
				found = append(found, c.unmetPython(s, need)...)
			} else {
				found = append(found, c.unmetBeside(s, need)...)
			}
		}
	}
	return found
}

// unmetBeside compares with the sites of what is needed.
func (c *context) unmetBeside(s *Site, need implied) (found finding.List) {
	for _, t := range c.named[need.name] {
		if t.Set.IsEmpty() || !t.Kind.installs() && t.Kind != Constraint || !c.together(s, t) {
			continue
		}
		if t.Set.Intersect(need.set).HasReleases() {
			continue
		}
		f := s.finding("PIN012", finding.Error, fmt.Sprintf("%s needs %s %s, and there is %s at %s", s.words(), need.name, words(need.set), t.words(), t.Position))
		f.Related = append(append([]finding.Related{{Position: t.Position, Message: t.words() + " here"}}, need.notes()...), f.Related...)
		found = append(found, f)
	}
	return found
}

// notes are the facts as places that a finding speaks of.
func (i implied) notes() []finding.Related {
	var list []finding.Related
	for _, f := range i.facts {
		list = append(list, factNote(f))
	}
	return list
}

// unmetPython compares with the versions of Python that the project promises.
func (c *context) unmetPython(s *Site, need implied) finding.List {
	if s.Kind == Installed {
		return nil // what runs there is one Python, and which one isn't written anywhere
	}
	promised, site := c.promised(s)
	var bad []string
	for _, version := range promised {
		python := pythonSet(version)
		if !python.Intersect(need.set).HasReleases() && s.Marker.Holds(Environment{Python: python}) != False {
			bad = append(bad, version)
		}
	}
	if bad == nil {
		return nil
	}
	f := s.finding("PIN012", finding.Error, fmt.Sprintf("%s needs Python %s, and the project is for Python %s too", s.words(), words(need.set), join(bad)))
	if site != nil {
		f.Related = append([]finding.Related{{Position: site.Position, Message: site.words() + " here"}}, f.Related...)
	}
	f.Related = append(f.Related, need.notes()...)
	return finding.List{f}
}

// knownPythons are the versions of Python that anybody may still promise, in ascending order.
var knownPythons = func() (list []string) {
	for _, span := range []struct{ major, last int }{{2, 7}, {3, 14}} {
		for n := range span.last + 1 {
			list = append(list, strconv.Itoa(span.major)+"."+strconv.Itoa(n))
		}
	}
	return list
}()

// promised returns the versions of Python that a site has to be good for: those asked for, else those of the requires-python of its
// own project, which is a site too.
func (c *context) promised(s *Site) ([]string, *Site) {
	if len(c.Pythons) > 0 {
		return c.Pythons, nil
	}
	for i := range c.Sites {
		t := &c.Sites[i]
		if t.Kind != Python || t.File != s.File && (s.Kind != Locked || path.Dir(t.File) != path.Dir(s.File)) {
			continue
		}
		return versionsOfPython(t.Set), t
	}
	return nil, nil
}

func versionsOfPython(set pep440.Set) []string {
	return slices.DeleteFunc(slices.Clone(knownPythons), func(v string) bool { return !pythonSet(v).Intersect(set).HasReleases() })
}
