package generate

import (
	"slices"
	"strconv"
	"strings"

	"policygen/policy"
)

// fields answers which places of a policy the parts of an artifact follow from that no plan speaks of.
type fields struct{ policy *policy.Policy }

// A named is a name, or another text, of a policy.
type named struct {
	Name string
	From []Origin
}

// at returns the place of a field; nothing where the policy does not state it.
func (f fields) at(field string) []Origin {
	return statedAt(f.policy.Where(field))
}

// under returns the place of a field of something that has a name in the policy: of a phase, a backend or a target.
func (f fields) under(group, name, field string) []Origin {
	for _, spelt := range []string{name, strconv.Quote(name)} { // CUE quotes what is no identifier
		if from := f.at("policy." + group + "." + spelt + "." + field); from != nil {
			return from
		}
	}
	return nil
}

// items returns the items of a list with the place of each.
func (f fields) items(field string, items []string) []named {
	all := make([]named, len(items))
	for i, item := range items {
		all[i] = named{item, f.at(field + "." + strconv.Itoa(i))}
	}
	return all
}

// target returns the place of the path of a target.
func (f fields) target(path string) []Origin {
	for _, t := range f.policy.Targets {
		if t.Path == path {
			return f.under("targets", t.Name, "path")
		}
	}
	return nil
}

// block returns the place of the name of one of a target's blocks.
func (f fields) block(t policy.Target, i int) []Origin {
	return f.under("targets", t.Name, "blocks."+strconv.Itoa(i))
}

func (f fields) backends() []named {
	all := make([]named, len(f.policy.Backends))
	for i, b := range f.policy.Backends {
		all[i] = named{b.Name, statedAt(b.Pos)}
	}
	return all
}

func (f fields) phases() []named {
	all := make([]named, len(f.policy.Phases))
	for i, p := range f.policy.Phases {
		all[i] = named{p.Name, statedAt(p.Pos)}
	}
	return all
}

// distModes returns the facts that the values of --dist are known from.
func (f fields) distModes() []Origin {
	var all []Origin
	for _, fact := range f.policy.Facts {
		if fact.Kind == "capability" && strings.HasPrefix(fact.Uses.Flag, "--dist=") {
			all = append(all, valid(Origin{fact.Pos, fact.ID})...)
		}
	}
	return all
}

// checked returns the place of the newest release of what is needed that a fact was checked through, the first of several.
func (f fields) checked(n need) []Origin {
	for _, fact := range f.policy.Facts {
		if fact.Package == n.Package && fact.CheckedThrough == n.CheckedThrough {
			return f.under("facts", fact.ID, "checkedThrough")
		}
	}
	return nil
}

// switchedOff returns the places that keep a phase from running under backends.
func (f fields) switchedOff(phase string) []Origin {
	var all []Origin
	for _, b := range f.policy.Backends {
		for _, name := range []string{b.Name, strconv.Quote(b.Name)} {
			all = append(all, f.under("phases", phase, "backends."+name+".enabled")...)
		}
	}
	return all
}

// fromAll returns the origins of all the names.
func fromAll(names []named) []Origin {
	var all []Origin
	for _, n := range names {
		all = union(all, n.From)
	}
	return all
}

// fromThese returns the origins of some of the names.
func fromThese(names []named, these []string) []Origin {
	return fromAll(slices.DeleteFunc(slices.Clone(names), func(n named) bool { return !slices.Contains(these, n.Name) }))
}

func textsOf(names []named) []string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.Name
	}
	return texts
}

// valid returns an origin as a list, without one that says nothing.
func valid(o Origin) []Origin {
	if !o.Pos.IsValid() && o.Fact == "" {
		return nil
	}
	return []Origin{o}
}
