package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// The distributions whose need follows from what policygen is for.
const (
	pytestPackage = "pytest"
	xdistPackage  = "pytest-xdist"
)

// PythonItself is the name under which ranges of Python itself stand.
const PythonItself = "python"

// A stated is a range that the policy itself requires.
type stated struct {
	pkg   string
	bound Bound
}

// requires reads the ranges that a policy or a backend states.
func (b *builder) requires(n *node) []stated {
	if n == nil {
		return nil
	}
	var all []stated
	for _, f := range n.fields {
		at := f.get("range")
		set, ok := b.rangeSet(at)
		if !ok {
			continue
		}
		all = append(all, stated{pkg: f.name, bound: Bound{
			Range: text[string](b, at, "").Value, Set: set, Why: text[string](b, f.get("why"), "").Value, Pos: at.pos,
		}})
	}
	return all
}

// A factBook answers what facts say about packages and their use.
type factBook struct {
	byUse   map[Uses][]Fact   // capabilities
	barred  map[string][]Fact // releases to stay away from, by package
	checked map[string]string // newest release looked at, by package
	sets    map[string]pep440.Set
}

func newFactBook(facts []Fact) *factBook {
	book := &factBook{
		byUse: map[Uses][]Fact{}, barred: map[string][]Fact{}, checked: map[string]string{}, sets: map[string]pep440.Set{},
	}
	for _, f := range facts {
		specifiers, err := pep440.ParseSpecifiers(f.In)
		if err != nil {
			continue // has been reported
		}
		book.sets[f.ID] = specifiers.Set()
		book.checked[f.Package] = later(book.checked[f.Package], f.CheckedThrough)
		switch {
		case f.Kind == "capability":
			u := f.Uses
			u.Flag = spelling(u.Flag)
			book.byUse[u] = append(book.byUse[u], f)
		case f.bars():
			book.barred[f.Package] = append(book.barred[f.Package], f)
			book.sets[f.ID] = book.sets[f.ID].Complement()
		}
	}
	return book
}

// later returns the later of two versions, either of which may be none.
func later(a, b string) string {
	v, errA := pep440.Parse(a)
	w, errB := pep440.Parse(b)
	if errA != nil || errB == nil && v.Compare(w) < 0 {
		return b
	}
	return a
}

// requirements returns what a plan needs: what the policy and its backend state, and what the facts say about
// the options, variables and settings that the plan uses. Where several facts speak of one use, all must hold;
// a feature that went away and came back is one fact with the gap in its range.
// Facts about what the packages need in turn are not followed.
func (book *factBook) requirements(p Plan, all []stated) []Requirement {
	needs := map[string]*Requirement{}
	add := func(pkg string, bound Bound) {
		r := needs[pkg]
		if r == nil {
			r = &Requirement{Package: pkg, Range: pep440.All(), CheckedThrough: book.checked[pkg]}
			needs[pkg] = r
		}
		if bound.Fact == "" || !slices.ContainsFunc(r.Bounds, func(b Bound) bool { return b.Fact == bound.Fact }) {
			r.Range = r.Range.Intersect(bound.Set)
			r.Bounds = append(r.Bounds, bound)
		}
	}
	for _, s := range all {
		add(s.pkg, s.bound)
	}
	for _, u := range uses(p) {
		for _, f := range book.byUse[u.what] {
			add(f.Package, Bound{Range: f.In, Set: book.sets[f.ID], Why: f.Why, Fact: f.ID, Pos: cmp.Or(u.pos, f.Pos)})
		}
	}
	if needs[pytestPackage] == nil {
		add(pytestPackage, Bound{Set: pep440.All(), Why: "the suites run under pytest"})
	}
	if needs[xdistPackage] == nil && !p.Serial.Value {
		add(xdistPackage, Bound{Set: pep440.All(), Why: "the phases may run with workers"})
	}
	for pkg := range needs {
		for _, f := range book.barred[pkg] {
			set := book.sets[f.ID]
			add(pkg, Bound{Range: set.String(), Set: set, Why: f.Why, Fact: f.ID, Pos: f.Pos, barred: f.In})
		}
	}
	return sortedRequirements(needs)
}

func sortedRequirements(needs map[string]*Requirement) []Requirement {
	var all []Requirement
	for _, r := range needs {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b Requirement) int { return strings.Compare(a.Package, b.Package) })
	return all
}

// checkRequirements reports ranges that no version is in, each combination of bounds once.
func (b *builder) checkRequirements(p Plan, seen map[string]bool) {
	for _, r := range p.Requires {
		key := r.Package
		for _, bound := range r.Bounds {
			key += "\x00" + bound.Pos.String() + bound.Range
		}
		if !r.Range.IsEmpty() || seen[key] {
			continue
		}
		seen[key] = true
		f := emptyRange(r, b.places)
		f.Path = b.paths[f.Position]
		b.report(f)
	}
}

// emptyRange says which bounds of a requirement leave nothing, at the line of the policy that came last.
func emptyRange(r Requirement, at *places) finding.Finding {
	bounds := decisive(r.Bounds)
	slices.SortStableFunc(bounds, func(x, y Bound) int { return -at.compare(x.Pos, y.Pos) })
	f := finding.Finding{
		Position: bounds[0].Pos, Code: codeRange,
		Message: fmt.Sprintf("no version of %s is left: %s is needed here (%s)", r.Package, bounds[0].quoted(), bounds[0].Why),
		Help:    "change one of the ranges, or what needs it",
	}
	for _, x := range bounds[1:] {
		f.Related = append(f.Related, finding.Related{
			Position: x.Pos, Message: fmt.Sprintf("and %s here (%s)", x.quoted(), x.Why),
		})
	}
	return f
}

// decisive returns the bounds without which some version would be left.
func decisive(bounds []Bound) []Bound {
	core := slices.Clone(bounds)
	for i := len(core) - 1; i >= 0; i-- {
		if without := slices.Delete(slices.Clone(core), i, i+1); intersection(without).IsEmpty() {
			core = without
		}
	}
	return core
}

func intersection(bounds []Bound) pep440.Set {
	set := pep440.All()
	for _, x := range bounds {
		set = set.Intersect(x.Set)
	}
	return set
}

// quoted returns what is needed as a part of a message.
func (b Bound) quoted() string {
	if b.barred != "" {
		return "everything but " + quote(b.barred)
	}
	return quote(b.Range)
}
