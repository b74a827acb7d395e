package policy

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"policygen/internal/finding"
)

// An index answers where fields stand and what stands at a place. Most policies are never asked, so it is made on the first question.
type index struct {
	places *places
	tree   *node
	fields func() map[finding.Position]string
}

func newIndex(places *places, tree *node) *index {
	x := &index{places: places, tree: tree}
	x.fields = sync.OnceValue(x.byPosition)
	return x
}

// Where returns where the policy's files, or policygen's own facts, state the value of a field, the zero Position where they
// don't. Fields are named as in findings: "policy.runner.backendEnv", "policy.phases.unit.paths.0", `policy.facts."xdist-714"`.
// What the policy computes stands where the value was computed from. A Policy that was not loaded states nothing.
func (p *Policy) Where(field string) finding.Position {
	if p.index == nil {
		return finding.Position{}
	}
	if at, ok := p.index.places.best(field); ok {
		return at.value
	}
	if n := p.index.tree.find(field); n != nil {
		return n.pos
	}
	return finding.Position{}
}

// FieldAt returns the field whose name or value stands at a position, named as for [Policy.Where]; empty where there is none.
// Of fields that stand at one position, as in "workers: default: 4", it's the innermost.
func (p *Policy) FieldAt(at finding.Position) string { return p.index.fields()[at] }

// find returns the node of the path at or below n, or nil.
func (n *node) find(path string) *node {
	if n.path == path {
		return n
	}
	for _, children := range [...][]*node{n.fields, n.items} {
		for _, below := range children {
			if !strings.HasPrefix(path, below.path) {
				continue
			}
			if found := below.find(path); found != nil {
				return found
			}
		}
	}
	return nil
}

// byPosition returns the field of every position that one stands at. What the files say literally comes before what is computed.
func (x *index) byPosition() map[finding.Position]string {
	all := map[finding.Position]string{}
	for _, path := range slices.Sorted(maps.Keys(x.places.byPath)) {
		for _, at := range x.places.byPath[path] {
			all[at.label], all[at.value] = path, path
		}
	}
	x.tree.addTo(all)
	return all
}

// addTo adds the positions of n and of what is below it that nothing stands at yet.
func (n *node) addTo(all map[finding.Position]string) {
	for _, at := range [...]finding.Position{n.label, n.pos} {
		if _, ok := all[at]; !ok && n.path != "" {
			all[at] = n.path
		}
	}
	for _, children := range [...][]*node{n.fields, n.items} {
		for _, below := range children {
			below.addTo(all)
		}
	}
}
