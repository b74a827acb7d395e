package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// A reason is a Reason whose fact is still a name, and what it explains.
type reason struct {
	fact string
	Reason
	unrivalled bool     // it explains a field that no other layer has, so that nothing overrides it
	claims     []origin // the values of all others that it explains
}

// An origin is where a value in force came from.
// The position alone would not do: two layers may refer to one value.
type origin struct {
	layer Layer
	pos   finding.Position
}

// rivalled are the fields that several layers may have, of which a plan takes some and leaves others.
var rivalled = [...]string{
	"workers", "dist", "maxWorkerRestart", "timeout", "testTimeout", "faulthandlerTimeout", "env", "envDefault", "unset", "args",
}

// descriptive are the fields that a reason without settings isn't about: they say what a struct is, not how it runs.
var descriptive = [...]string{"because", "title", "paths", "backend", "backends", "enabled", "requires"}

// because returns the reasons of the layer that stands at n.
func (b *builder) because(n *node, layer Layer) []reason {
	group := n.get("because")
	if group == nil {
		return nil
	}
	var all []reason
	for _, f := range group.fields {
		r := reason{fact: f.name, Reason: Reason{Layer: layer, Pos: f.label}}
		b.paths[f.label] = f.path
		r.Why = text[string](b, f.get("why"), layer).Value
		r.Review = b.date(f.get("review"))
		for _, s := range b.texts(f.get("settings"), layer) {
			b.checkSettingName(n, s)
			r.Settings = append(r.Settings, s.Value)
			r.claim(n.get(strings.Split(s.Value, ".")...), s.Value)
		}
		if len(r.Settings) == 0 {
			r.claimAll(n)
		}
		all = append(all, r)
	}
	return all
}

// claimAll makes the reason one for everything that stands beside it.
func (r *reason) claimAll(n *node) {
	for _, f := range n.fields {
		if !slices.Contains(descriptive[:], f.name) {
			r.claim(f, f.name)
		}
	}
}

// claim makes the reason one for a field, of which name is the path.
func (r *reason) claim(n *node, name string) {
	top, _, _ := strings.Cut(name, ".")
	switch {
	case n == nil: // reported
	case slices.Contains(rivalled[:], top):
		for _, pos := range n.values() {
			r.claims = append(r.claims, origin{r.Layer, pos})
		}
	default:
		r.unrivalled = true
	}
}

// values returns the positions of the values at and below the place.
func (n *node) values() []finding.Position {
	var all []finding.Position
	if n.value != nil {
		all = append(all, n.pos)
	}
	for _, below := range slices.Concat(n.fields, n.items) {
		all = append(all, below.values()...)
	}
	return all
}

// holds reports whether something that the reason explains is in force.
func (r reason) holds(inForce map[origin]bool) bool {
	return r.unrivalled || slices.ContainsFunc(r.claims, func(o origin) bool { return inForce[o] })
}

// reasons returns the reasons that hold in a plan by fact, each as the narrowest layer in which it holds has it.
func (r resolver) reasons(p Plan, layers []settings) []Reason {
	inForce := p.origins()
	var all []Reason
	for _, s := range slices.Backward(layers) {
		for _, because := range s.because {
			fact, ok := r.policy.fact(because.fact)
			if !ok || !because.holds(inForce) || slices.ContainsFunc(all, func(x Reason) bool { return x.Fact.ID == fact.ID }) {
				continue
			}
			reason := because.Reason
			reason.Fact = fact
			all = append(all, reason)
		}
	}
	slices.SortFunc(all, func(x, y Reason) int { return strings.Compare(x.Fact.ID, y.Fact.ID) })
	return all
}

// checkReasons finds reasons that hold in no plan: they would vanish from all that is rendered.
func (b *builder) checkReasons(p *Policy, plans []Plan) {
	inForce := map[origin]bool{}
	for _, plan := range plans {
		maps.Copy(inForce, plan.origins())
	}
	layers := []settings{p.model.defaults}
	for _, backend := range p.model.backends {
		layers = append(layers, backend.settings)
	}
	for _, ph := range p.model.phases {
		layers = append(layers, ph.settings)
		for _, bound := range ph.bound {
			layers = append(layers, bound.settings)
		}
	}
	reported := map[finding.Position]bool{}
	for _, s := range layers {
		for _, r := range s.because {
			if _, known := p.fact(r.fact); !known || r.holds(inForce) || s.bad || reported[r.Pos] {
				continue
			}
			reported[r.Pos] = true
			message, help := "nothing stands beside it that it could explain", "move it to the settings that exist for the fact, or remove it"
			if len(r.claims) > 0 {
				message, help = "what it explains is in force under no backend and in no phase", "remove it together with the settings that something else overrides"
			}
			b.report(finding.Finding{Position: r.Pos, Code: codeReason, Path: b.paths[r.Pos], Help: help,
				Message: fmt.Sprintf("the reason %s has no effect: %s", quote(r.fact), message)})
		}
	}
}

// origins returns where the rivalled values of a plan came from. A serial plan has no worker settings but the
// place that makes it serial.
func (p Plan) origins() map[origin]bool {
	all := map[origin]bool{
		originOf(p.Workers): true, originOf(p.Cap): true, originOf(p.BeyondFlag): true, originOf(p.BeyondEnv): true,
		originOf(p.Dist): true, originOf(p.Restart): true,
		originOf(p.Limit): true, originOf(p.TestLimit): true, originOf(p.TestLimitMethod): true, originOf(p.FaulthandlerAfter): true,
	}
	for _, v := range p.Env {
		all[originOf(v.Setting)] = true
	}
	for _, a := range p.Args {
		all[originOf(a)] = true
	}
	return all
}

func originOf[T any](s Setting[T]) origin { return origin{s.Layer, s.Pos} }
