package pins

import (
	"cmp"
	"slices"
	"strings"

	"policygen/internal/pep440"
	"policygen/internal/pytest"
	"policygen/policy"
)

// A need is the range of one distribution that the policy and the facts need, bound by bound.
type need struct {
	name    string
	used    bool       // the policy uses the distribution
	set     pep440.Set // what all backends can have; where that is nothing, what any of them can
	divided bool       // the backends can't have one version
	bounds  []bound
	yanked  pep440.Set // the releases that were withdrawn; no part of the bounds
	checked string     // the newest release that a fact about it looked at
}

// A bound is one reason for a range, and who has it.
type bound struct {
	policy.Bound
	backends []string // of the policy; empty where it is everybody's
	use      *Use     // the option of the project that brings it; nil where the policy does
	barring  bool     // it keeps out releases that nobody should have, whatever is used
}

// newNeeds joins what the plans need with what the facts say for everybody.
func (c *context) newNeeds() map[string]*need {
	needs := map[string]*need{}
	of := func(name string) *need {
		if needs[name] == nil {
			needs[name] = &need{name: name, yanked: pep440.None()}
		}
		return needs[name]
	}
	var backends []string
	for _, p := range c.Plans {
		if c.Backend != "" && p.Backend != c.Backend {
			continue
		}
		if !slices.Contains(backends, p.Backend) {
			backends = append(backends, p.Backend)
		}
		for _, r := range p.Requires {
			n := of(r.Package)
			n.used = true
			for _, b := range r.Bounds {
				n.add(b, p.Backend)
			}
		}
	}
	c.addFacts(of)
	for _, n := range needs {
		n.settle(backends)
	}
	return needs
}

// add notes a bound of a plan.
func (n *need) add(b policy.Bound, backend string) {
	if b.Range == "" {
		return
	}
	i := slices.IndexFunc(n.bounds, func(x bound) bool {
		return x.use == nil && x.Fact == b.Fact && x.Range == b.Range && (b.Fact != "" || x.Pos == b.Pos)
	})
	if i < 0 {
		n.bounds, i = append(n.bounds, bound{Bound: b}), len(n.bounds)
	}
	if x := &n.bounds[i]; !slices.Contains(x.backends, backend) {
		x.backends = append(x.backends, backend)
	}
}

// addFacts adds what holds for everybody: withdrawn releases, blocked ones, and what the project's own options need.
func (c *context) addFacts(of func(string) *need) {
	for _, f := range c.Facts {
		set, ok := c.sets[f.ID]
		if !ok {
			continue
		}
		n := of(f.Package)
		n.checked = later(n.checked, f.CheckedThrough)
		switch {
		case f.Kind == "yanked":
			n.yanked = n.yanked.Union(set)
			n.bounds = slices.DeleteFunc(n.bounds, func(b bound) bool { return b.Fact == f.ID })
		case f.Kind == "defect" && f.Severity == "block":
			rest := set.Complement()
			n.bounds = slices.DeleteFunc(n.bounds, func(b bound) bool { return b.Fact == f.ID })
			n.bounds = append(n.bounds, bound{
				Bound: policy.Bound{Range: rest.Rounded().String(), Set: rest, Why: f.Why, Fact: f.ID, Pos: f.Pos}, barring: true,
			})
		case f.Kind == "capability":
			for i, u := range c.Uses {
				if u.matches(f.Uses) {
					n.bounds = append(n.bounds, bound{
						Bound: policy.Bound{Range: f.In, Set: set, Why: f.Why, Fact: f.ID, Pos: u.Pos}, use: &c.Uses[i],
					})
				}
			}
		}
	}
	for name, releases := range c.Releases {
		n := of(name)
		for _, r := range releases {
			if r.Yanked {
				n.yanked = n.yanked.Union(point(r.Version))
			}
		}
	}
}

// point returns the set of one version and what is local to it.
func point(v pep440.Version) pep440.Set {
	set, _ := parseSet("==" + v.String())
	return set
}

// settle intersects the bounds.
func (n *need) settle(backends []string) {
	all := pep440.All()
	for i := range n.bounds {
		all = all.Intersect(n.bounds[i].Set)
		slices.Sort(n.bounds[i].backends)
		if len(n.bounds[i].backends) == len(backends) {
			n.bounds[i].backends = nil
		}
	}
	n.sortBounds()
	n.set = all
	if !all.IsEmpty() || len(backends) < 2 {
		return
	}
	either := pep440.None()
	for _, backend := range backends {
		either = either.Union(n.of(backend))
	}
	if !either.IsEmpty() {
		n.set, n.divided = either, true
	}
}

// sortBounds brings the bounds in order, and keeps one use of what a fact speaks of: none where the policy uses it under all backends.
func (n *need) sortBounds() {
	slices.SortStableFunc(n.bounds, func(a, b bound) int {
		return cmp.Or(cmp.Compare(origin(a), origin(b)), fromConfig(a)-fromConfig(b), a.Pos.Compare(b.Pos), strings.Compare(a.Fact, b.Fact))
	})
	told := map[string]bool{}
	for _, b := range n.bounds {
		told[b.Fact] = told[b.Fact] || b.use == nil && len(b.backends) == 0
	}
	n.bounds = slices.DeleteFunc(n.bounds, func(b bound) bool {
		again := b.use != nil && told[b.Fact]
		told[b.Fact] = told[b.Fact] || b.use != nil
		return again
	})
}

// fromConfig prefers what a configuration file says to what single commands do.
func fromConfig(b bound) int {
	if b.use == nil || b.use.From == pytest.Addopts.String() {
		return 0
	}
	return 1
}

// telling returns the bounds that a message has to name: not the facts that another bound goes beyond.
func telling(bounds []bound) []bound {
	return slices.DeleteFunc(slices.Clone(bounds), func(b bound) bool {
		return b.Fact != "" && slices.ContainsFunc(bounds, func(x bound) bool { return x.Set.Subset(b.Set) && !b.Set.Subset(x.Set) })
	})
}

// strongest returns the bounds that no other one goes beyond.
func strongest(bounds []bound) []bound {
	return slices.DeleteFunc(slices.Clone(bounds), func(b bound) bool {
		return slices.ContainsFunc(bounds, func(x bound) bool { return x.Set.Subset(b.Set) && !b.Set.Subset(x.Set) })
	})
}

// origin orders bounds: what the policy states, what the project's own options bring, what the policy's options do, what is kept out.
func origin(b bound) int {
	switch {
	case b.barring:
		return 3
	case b.use != nil:
		return 1
	case b.Fact != "":
		return 2
	}
	return 0
}

// of returns what one backend needs.
func (n *need) of(backend string) pep440.Set {
	set := pep440.All()
	for _, b := range n.bounds {
		if len(b.backends) == 0 || slices.Contains(b.backends, backend) {
			set = set.Intersect(b.Set)
		}
	}
	return set
}

// violated returns the bounds that a set goes beyond.
func (n *need) violated(set pep440.Set) []bound {
	if n == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.bounds), func(b bound) bool { return !beyond(set, b.Set).HasReleases() })
}

// beyond returns what is in a set and not in another one.
func beyond(set, limit pep440.Set) pep440.Set { return set.Intersect(limit.Complement()) }

// later returns the later of two versions, either of which may be none.
func later(a, b string) string {
	v, errA := pep440.Parse(a)
	w, errB := pep440.Parse(b)
	if errA != nil || errB == nil && v.Compare(w) < 0 {
		return b
	}
	return a
}
