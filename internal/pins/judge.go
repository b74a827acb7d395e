package pins

import (
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/policy"
)

// An Input is all that verdicts on sites depend on.
type Input struct {
	Sites      []Site
	Unreadable []Unreadable
	Policy     *policy.Policy // nil where there is none: then only what the facts say counts
	Plans      []policy.Plan  // of the policy
	Facts      []policy.Fact
	Uses       []Use  // the options that the project itself has in force, see [UsesOf]
	Backend    string // the only one that counts; empty for all
	Pythons    []string
	Releases   Releases // what an index knows; may be empty
	Strict     bool     // what is unknown is told, and is a warning
	// AllowUnreadable makes what can't be read a warning.
	AllowUnreadable bool
	// Today is the day by which reviews are due, as YYYY-MM-DD; empty for none.
	Today string
}

// Judge returns what is wrong with the sites, in the order of their places. The codes are those of [Rules].
func Judge(in Input) finding.List {
	c := newContext(in)
	var all finding.List
	for _, u := range in.Unreadable {
		all = append(all, c.unreadable(u))
	}
	for i := range c.Sites {
		all = append(all, c.judgeSite(&c.Sites[i])...)
	}
	all = append(all, c.disagreements()...)
	all = append(all, c.unmetNeeds()...)
	all = append(all, c.missing()...)
	all = append(all, c.unsatisfiable()...)
	all = append(all, c.liftable()...)
	return all.Sorted()
}

// A context is the input with what is asked of it again and again.
type context struct {
	Input
	needs map[string]*need
	facts map[string][]policy.Fact // by package
	sets  map[string]pep440.Set    // of the facts' ranges, by id
	env   Environment
	named map[string][]*Site // in the order of the sites
	known map[string][]pep440.Version
}

func newContext(in Input) *context {
	c := &context{Input: in, facts: map[string][]policy.Fact{}, sets: map[string]pep440.Set{}, known: map[string][]pep440.Version{}}
	for _, f := range in.Facts {
		if specifiers, err := pep440.ParseSpecifiers(f.In); err == nil {
			c.facts[f.Package] = append(c.facts[f.Package], f)
			c.sets[f.ID] = specifiers.Set()
		}
	}
	c.env.Python = pep440.None()
	for _, p := range in.Pythons {
		c.env.Python = c.env.Python.Union(pythonSet(p))
	}
	c.Sites = slices.DeleteFunc(slices.Clone(in.Sites), func(s Site) bool { return s.Marker.Holds(c.env) == False })
	c.named = map[string][]*Site{}
	for i := range c.Sites {
		s := &c.Sites[i]
		c.named[s.Name] = append(c.named[s.Name], s)
	}
	c.needs = c.newNeeds()
	return c
}

// pythonSet returns the versions of Python that "3.9" stands for.
func pythonSet(version string) pep440.Set {
	set, _ := parseSet("==" + version + ".*")
	return set
}

// parseSet returns what a specifier set admits.
func parseSet(text string) (pep440.Set, bool) {
	specifiers, err := pep440.ParseSpecifiers(text)
	return specifiers.Set(), err == nil
}

// installs reports whether a site of this kind is what an installation follows.
func (k Kind) installs() bool {
	switch k {
	case Declared, Override, Command, Locked, Installed:
		return true
	}
	return false
}

// resolved reports whether a site of this kind is what came of an installation or a resolution: nobody edits it.
func (k Kind) resolved() bool { return k == Locked || k == Installed }

// together reports whether two sites have a say in one installation.
func (c *context) together(a, b *Site) bool {
	return a.Together(*b) && !DisjointIn(a.Marker, b.Marker, c.env)
}

// effective returns what the site admits together with the constraints on it.
func (c *context) effective(s *Site) pep440.Set {
	set := s.Set
	if !s.Kind.installs() || s.Kind == Installed {
		return set
	}
	for _, t := range c.named[s.Name] {
		if t.Kind == Constraint && c.together(s, t) {
			set = set.Intersect(t.Set)
		}
	}
	return set
}

// exact returns the one version of a site.
func (s *Site) exact() (pep440.Version, bool) {
	if s.Exact == "" {
		return pep440.Version{}, false
	}
	v, err := pep440.Parse(s.Exact)
	return v, err == nil
}

// words is how messages call the site.
func (s *Site) words() string {
	if s.Kind.resolved() || s.Written == "" {
		return strings.TrimSpace(s.Name + " " + s.Exact)
	}
	if strings.Contains(s.Written, `"`) {
		return s.Written
	}
	return quote(s.Written)
}

func quote(text string) string { return `"` + text + `"` }

// join joins words as a sentence does.
func join(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// finding returns a finding at a site.
func (s *Site) finding(code string, severity finding.Severity, message string) finding.Finding {
	f := finding.Finding{Position: s.Position, Code: code, Severity: severity, Message: message}
	for i, via := range slices.Backward(s.Via) {
		what := "it is read from here"
		if i < len(s.Via)-1 {
			what = "which is read from here"
		}
		f.Related = append(f.Related, finding.Related{Position: via, Message: what})
	}
	return f
}

// unreadable returns what can't be read as a finding. What an install command takes from a folder or an address is most often the project
// itself; a distribution that neither the policy nor a fact speaks of matters to nobody here.
func (c *context) unreadable(u Unreadable) finding.Finding {
	f := finding.Finding{Position: u.Position, Code: "PIN007", Message: u.Message, Help: u.Help}
	switch n := c.needs[u.Name]; {
	case u.Name != "" && (n == nil || c.Policy != nil && !n.used):
		f.Severity = finding.Note
	case c.AllowUnreadable || c.Policy == nil || strings.HasPrefix(u.Scope, "command at "):
		f.Severity = finding.Warning
	}
	return f
}

// unknown is how bad it is that nobody knows.
func (c *context) unknown() finding.Severity {
	if c.Strict {
		return finding.Warning
	}
	return finding.Note
}
