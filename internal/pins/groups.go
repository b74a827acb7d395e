package pins

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/pep440"
	"policygen/internal/source"
)

// groups reads [dependency-groups]; each group has what it includes too.
func (r *reader) groups(file string, groups *source.Node) {
	if groups == nil {
		return
	}
	byName := map[string]*source.Node{}
	for _, e := range groups.Entries {
		name := pep440.NormalizeName(e.Key.String())
		if byName[name] != nil {
			r.cannot(place{scope: groupScope(name, file)}, e.Key.At(0), "", fmt.Sprintf("there is a second group %q", name), "join the two")
			continue
		}
		byName[name] = e.Value
	}
	for _, e := range groups.Entries {
		name := pep440.NormalizeName(e.Key.String())
		if byName[name] == e.Value {
			g := groupReader{reader: r, byName: byName, left: maxGroupItems}
			g.group(name, place{kind: Declared, scope: groupScope(name, file)}, []string{name})
		}
	}
}

// maxGroupItems bounds what groups that include each other come to.
const maxGroupItems = 100_000

func groupScope(name, file string) string { return scoped("group "+name, file) }

// A groupReader reads one group with what it includes.
type groupReader struct {
	*reader
	byName map[string]*source.Node
	left   int
}

func (g *groupReader) group(name string, p place, chain []string) {
	list := g.byName[name]
	if list.Kind != source.List {
		g.cannot(p, list.Pos, "", fmt.Sprintf("the group %q has to be a list", name), requirementHelp)
		return
	}
	for _, item := range list.Items {
		if g.left--; g.left < 0 {
			return
		}
		included := item.Get("include-group")
		switch {
		case item.Kind == source.Scalar && item.Tag == "!!str":
			g.requirement(item.Text, p)
		case included == nil || included.Kind != source.Scalar || len(item.Entries) != 1:
			g.cannot(p, item.Pos, "", "an item of a group has to be a requirement or {include-group = NAME}", "")
		default:
			g.include(included, p, chain)
		}
	}
}

func (g *groupReader) include(node *source.Node, p place, chain []string) {
	name := pep440.NormalizeName(node.Text.String())
	switch {
	case g.byName[name] == nil:
		g.cannot(p, node.Pos, "", fmt.Sprintf("there is no group %q", name), "include a group of this file")
		return
	case slices.Contains(chain, name):
		g.cannot(p, node.Pos, "", fmt.Sprintf("the group %q includes itself: %s", name, strings.Join(append(chain[:len(chain):len(chain)], name), " → ")), "take one of the includes out")
		return
	}
	p.via = append(p.via[:len(p.via):len(p.via)], node.Pos)
	g.group(name, p, append(chain[:len(chain):len(chain)], name))
}
