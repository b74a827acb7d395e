package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"policygen/internal/finding"
)

// An Action is one version of a GitHub action. See #Action in schema.cue for the fields.
type Action struct {
	Name           string // "actions/checkout"
	Version        string // the tag, "v7.0.1"
	SHA            string
	Inputs         []string
	CheckedThrough string           // YYYY-MM-DD
	Pos            finding.Position // of its entry
}

// actions reads the known versions of actions, policygen's own among them, by name and from the oldest to the newest.
func (b *builder) actions(n *node) []Action {
	if n == nil {
		return nil
	}
	var all []Action
	for _, f := range n.fields {
		a := Action{
			SHA: text[string](b, f.get("sha"), "").Value, Inputs: values(b.texts(f.get("inputs"), "")),
			CheckedThrough: b.date(f.get("checkedThrough")), Pos: f.label,
		}
		a.Name, a.Version, _ = strings.Cut(f.name, "@")
		if !f.bad {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(x, y Action) int {
		if byName := strings.Compare(x.Name, y.Name); byName != 0 {
			return byName
		}
		return compareTags(x.Version, y.Version)
	})
	return all
}

// compareTags compares tags such as "v7.0.1", as the schema has them, by the versions that they name.
func compareTags(x, y string) int {
	v, errV := semver.NewVersion(x)
	w, errW := semver.NewVersion(y)
	if errV != nil || errW != nil { // a number beyond 64 bits
		return strings.Compare(x, y)
	}
	return v.Compare(w)
}

// chooseActions returns one version of each known action: the one that the policy names at n, else the newest.
func (b *builder) chooseActions(n *node, known []Action) []Action {
	var chosen []Action
	for i, a := range known {
		if i+1 == len(known) || known[i+1].Name != a.Name {
			chosen = append(chosen, a)
		}
	}
	if n == nil {
		return chosen
	}
	for _, f := range n.fields {
		i := slices.IndexFunc(chosen, func(a Action) bool { return a.Name == f.name })
		if i < 0 {
			b.unknownAction(f, chosen)
			continue
		}
		tag := text[string](b, f, Defaults)
		if !tag.IsSet() {
			continue
		}
		j := slices.IndexFunc(known, func(a Action) bool { return a.Name == f.name && a.Version == tag.Value })
		if j < 0 {
			b.unknownVersion(f, tag.Value, known)
			continue
		}
		chosen[i] = known[j]
	}
	return chosen
}

func (b *builder) unknownAction(n *node, known []Action) {
	var names []string
	for _, a := range known {
		names = append(names, a.Name)
	}
	if !n.bad {
		b.unknownName(n.label, n.path, "action", n.name, names)
	}
}

func (b *builder) unknownVersion(n *node, tag string, known []Action) {
	var tags []string
	for _, a := range known {
		if a.Name == n.name {
			tags = append(tags, a.Version)
		}
	}
	b.report(finding.Finding{Position: n.pos, Code: codeName, Path: n.path,
		Message: fmt.Sprintf("version %s of %s is not known", quote(tag), n.name),
		Help:    fmt.Sprintf("known: %s; others can be stated under policy.actions", strings.Join(tags, ", "))})
}
