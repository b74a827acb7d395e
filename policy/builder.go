package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// A builder makes a Policy of a tree and finds what no schema can say: names, limits and ranges that must fit each other.
// It leaves out what is bad already, so that one mistake is reported once.
type builder struct {
	places  *places
	paths   map[finding.Position]string // of what stands at a position
	factIDs []string                    // those of bad facts too
	found   finding.List
}

func (b *builder) report(f finding.Finding) { b.found = append(b.found, f) }

// reject reports a value that is not allowed.
func (b *builder) reject(n *node, message, help string) {
	b.report(finding.Finding{Position: n.pos, Code: codeValue, Path: n.path, Message: message, Help: help})
}

// policy returns the policy with its plans.
func (b *builder) policy(root *node) *Policy {
	n := root.get("policy")
	if n == nil {
		return &Policy{}
	}
	p := &Policy{
		Project:        text[string](b, n.get("project"), "").Value,
		Runner:         b.runner(n.get("runner")),
		DefaultBackend: text[string](b, n.get("defaults", "backend"), Defaults),
		Facts:          b.facts(n.get("facts")),
	}
	p.DistModes = knownDists(p.Facts)
	m := &p.model
	m.defaults = b.settings(n.get("defaults"), Defaults)
	m.requires = b.requires(n.get("requires"))
	b.backends(n.get("backends"), p)
	b.phases(n.get("phases"), p)
	b.order(n.get("order"), p)
	b.checkNames(p)
	b.checkVars(p)
	b.checkDists(p)
	b.checkRuns(p)
	p.plans = b.resolve(p)
	p.CI = b.ci(n.get("ci"), p, b.actions(n.get("actions")))
	if p.CI != nil {
		b.checkCI(n.get("ci"), p)
	}
	p.Targets = b.targets(n.get("targets"), p)
	b.checkInterpreters(n.get("ci"), p)
	b.checkServices(n, p)
	return p
}

func (b *builder) backends(n *node, p *Policy) {
	if n == nil {
		return
	}
	for _, f := range n.fields {
		p.Backends = append(p.Backends, Backend{Name: f.name, Title: text[string](b, f.get("title"), "").Value, Pos: f.label})
		p.model.backends = append(p.model.backends, backend{
			settings: b.settings(f, ByBackend), requires: b.requires(f.get("requires")),
		})
	}
	if len(n.fields) == 0 && !n.bad {
		b.report(finding.Finding{Position: n.pos, Code: codeMissing, Path: n.path, Message: "there is no backend",
			Help: "name one, such as backends: default: {}"})
	}
}

func (b *builder) phases(n *node, p *Policy) {
	if n == nil {
		return
	}
	for _, f := range n.fields {
		p.model.phases = append(p.model.phases, b.phase(f))
	}
	if len(n.fields) == 0 && !n.bad {
		b.report(finding.Finding{Position: n.pos, Code: codeMissing, Path: n.path, Message: "there is no phase",
			Help: `name one, such as phases: unit: paths: ["tests"]`})
	}
}

func (b *builder) phase(n *node) phase {
	ph := phase{
		Phase:        Phase{Name: n.name, Title: text[string](b, n.get("title"), "").Value, Pos: n.label},
		path:         n.path,
		settings:     b.settings(n, ByPhase),
		paths:        b.texts(n.get("paths"), ByPhase),
		rest:         truth(b, n.get("rest"), ByPhase),
		markers:      text[string](b, n.get("markers"), ByPhase),
		keywords:     text[string](b, n.get("keywords"), ByPhase),
		serial:       truth(b, n.get("serial"), ByPhase),
		serialMarker: text[string](b, n.get("serialMarker"), ByPhase),
		allowEmpty:   truth(b, n.get("allowEmpty"), ByPhase),
		required:     truth(b, n.get("required"), ByPhase),
		bound:        map[string]boundPhase{},
	}
	if group := n.get("backends"); group != nil {
		for _, f := range group.fields {
			ph.bound[f.name] = boundPhase{settings: b.settings(f, ByPhaseBackend), enabled: truth(b, f.get("enabled"), ByPhaseBackend)}
			ph.boundNames = append(ph.boundNames, f)
		}
	}
	return ph
}

// order sorts the phases as the policy's order says; those it doesn't name follow in the order of their places.
func (b *builder) order(n *node, p *Policy) {
	rank := map[string]int{}
	for i, name := range b.texts(n, "") {
		if !slices.ContainsFunc(p.model.phases, func(ph phase) bool { return ph.Name == name.Value }) {
			b.unknownName(name.Pos, b.paths[name.Pos], "phase", name.Value, phaseNames(p))
			continue
		}
		if rank[name.Value] != 0 {
			b.report(finding.Finding{Position: name.Pos, Code: codeValue, Path: b.paths[name.Pos],
				Message: fmt.Sprintf("phase %s is named twice", quote(name.Value)), Help: "each phase runs once"})
			continue
		}
		rank[name.Value] = i + 1
	}
	slices.SortStableFunc(p.model.phases, func(x, y phase) int {
		return cmp.Compare(orderOf(rank, x.Name), orderOf(rank, y.Name))
	})
	for _, ph := range p.model.phases {
		p.Phases = append(p.Phases, ph.Phase)
	}
}

func orderOf(rank map[string]int, name string) int {
	if r := rank[name]; r != 0 {
		return r
	}
	return len(rank) + 1<<30
}

func phaseNames(p *Policy) []string {
	var names []string
	for _, ph := range p.model.phases {
		names = append(names, ph.Name)
	}
	return names
}

func backendNames(p *Policy) []string {
	var names []string
	for _, x := range p.Backends {
		names = append(names, x.Name)
	}
	return names
}

// joinGates returns the range that all files' gates make together.
func joinGates(ranges []string) string {
	var distinct []string
	for _, r := range ranges {
		if !slices.Contains(distinct, r) {
			distinct = append(distinct, r)
		}
	}
	return strings.Join(distinct, ", ")
}
