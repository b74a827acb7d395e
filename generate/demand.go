package generate

import (
	"slices"
	"strings"

	"policygen/internal/pep440"
	"policygen/policy"
)

// A demand is what some plans need of one distribution.
type demand struct {
	Package string
	All     pep440.Set // what suits every one of them
	Any     pep440.Set // what suits one of them at least
	Bounds  []demandBound
	Plans   int // how many of them need it

	ranges []pep440.Set // the different ones among those of the plans, most of which are the same
}

// A demandBound is one reason for a demand, as one or more plans have it.
type demandBound struct {
	policy.Bound
	Backends []string
	From     []Origin
}

// demands returns what the plans need, by distribution.
func demands(plans []policy.Plan) []demand {
	byPackage := map[string]*demand{}
	var all []demand
	for _, p := range plans {
		for _, r := range p.Requires {
			d := byPackage[r.Package]
			if d == nil {
				d = &demand{Package: r.Package, All: pep440.All(), Any: pep440.None()}
				byPackage[r.Package] = d
			}
			d.add(p.Backend, r)
		}
	}
	for _, d := range byPackage {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b demand) int { return strings.Compare(a.Package, b.Package) })
	return all
}

func (d *demand) add(backend string, r policy.Requirement) {
	d.Plans++
	if !slices.ContainsFunc(d.ranges, r.Range.Equal) {
		d.All, d.Any, d.ranges = d.All.Intersect(r.Range), d.Any.Union(r.Range), append(d.ranges, r.Range)
	}
	for _, b := range r.Bounds {
		i := slices.IndexFunc(d.Bounds, func(c demandBound) bool { return c.Range == b.Range && c.Why == b.Why && c.Fact == b.Fact })
		if i < 0 {
			i = len(d.Bounds)
			d.Bounds = append(d.Bounds, demandBound{Bound: b})
		}
		c := &d.Bounds[i]
		if !slices.Contains(c.Backends, backend) {
			c.Backends = append(c.Backends, backend)
		}
		if b.Pos.IsValid() || b.Fact != "" {
			c.From = union(c.From, []Origin{{Pos: b.Pos, Fact: b.Fact}})
		}
	}
}

// from returns what all bounds of the demand follow from.
func (d demand) from() []Origin {
	var all []Origin
	for _, b := range d.Bounds {
		all = union(all, b.From)
	}
	return all
}

// shaping returns the bounds that a range follows from: those that hold in all of it, without what follows from the others. Where they
// do not make up all of it, as with a gap that is wider for each single plan, the bounds of single plans are needed as well.
func (d demand) shaping(whole pep440.Set) []demandBound {
	var common []policy.Bound
	for _, b := range d.Bounds {
		if whole.Subset(b.Set) && !b.Set.Equal(pep440.All()) {
			common = append(common, b.Bound)
		}
	}
	common = essential(common)
	explained := together(common).Equal(whole)
	return slices.DeleteFunc(slices.Clone(d.Bounds), func(b demandBound) bool {
		if whole.Subset(b.Set) {
			return !slices.ContainsFunc(common, func(c policy.Bound) bool { return c.Range == b.Range && c.Why == b.Why && c.Fact == b.Fact })
		}
		return explained
	})
}

// reasons writes the reasons for a range, and which of the backends they are for where it isn't for all of them. The prefix precedes the
// range.
func (d demand) reasons(s *sheet, in Input, bounds []demandBound, backends int, prefix string) {
	for _, b := range bounds {
		text, from := prefix+b.Words(), b.From
		if len(b.Backends) < backends {
			text += " for " + strings.Join(b.Backends, ", ")
			from = union(from, fromThese(fields{in.Policy}.backends(), b.Backends))
		}
		s.comment(text+": "+b.Why+cited(in.Policy, b.Fact), from...)
	}
}

// cited names a fact and its first address, for the end of a sentence.
func cited(p *policy.Policy, id string) string {
	i := slices.IndexFunc(p.Facts, func(f policy.Fact) bool { return f.ID == id })
	if i < 0 {
		return ""
	}
	text := " (" + id
	for _, source := range p.Facts[i].Source {
		if strings.HasPrefix(source, "https://") {
			text += ", " + source
			break
		}
	}
	return text + ")"
}
