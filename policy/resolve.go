package policy

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Resolve returns the plans of the policy: backends in the order of the policy, for each its enabled phases in
// the order that they run, a split phase as two halves, and last the ad-hoc plan.
//
// Load has resolved already to find what doesn't fit, so for a Policy that Load returned the error is nil.
func (p *Policy) Resolve() ([]Plan, error) { return slices.Clone(p.plans), nil }

// The values that hold where no layer says anything. No built-in worker count but 0 would be safe for a suite
// that nobody has run in parallel yet.
const (
	builtInWorkers    = "0"
	builtInBeyondFlag = Warn
	builtInBeyondEnv  = Clamp
	builtInMethod     = "signal"
	// A crash under a grouped mode is what triggers pytest-xdist's issue 714; not replacing the worker avoids it.
	builtInGroupedRestart = 0
)

// groupedDists are the modes that keep tests of one file, scope or group on one worker.
var groupedDists = [...]string{"loadfile", "loadscope", "loadgroup"}

func isGrouped(dist string) bool { return slices.Contains(groupedDists[:], dist) }

// resolve makes all plans and reports what doesn't fit in them.
func (b *builder) resolve(p *Policy) []Plan {
	r := resolver{policy: p, book: newFactBook(p.Facts), args: p.Runner.args}
	checks := newPlanChecks(b)
	var all []Plan
	for i := range p.Backends {
		for _, rp := range r.backend(i) {
			if !rp.bad {
				checks.plan(rp.Plan)
			}
			all = append(all, rp.Plan)
		}
	}
	b.checkReasons(p, all)
	return all
}

// A resolver turns layers into plans.
type resolver struct {
	policy *Policy
	book   *factBook
	args   []Setting[string] // of the runner
}

// A resolved is a plan, and whether a layer of it was bad.
type resolved struct {
	Plan
	bad bool
}

func (r resolver) backend(i int) []resolved {
	var all []resolved
	name := r.policy.Backends[i].Name
	for _, ph := range r.policy.model.phases {
		if ph.runsUnder(name) {
			all = append(all, r.phase(i, ph)...)
		}
	}
	return append(all, r.adHoc(i, all))
}

// phase returns the plans of one phase under one backend: one, or two halves.
func (r resolver) phase(i int, ph phase) []resolved {
	name := r.policy.Backends[i].Name
	layers := []settings{r.policy.model.defaults, r.policy.model.backends[i].settings, ph.settings, ph.bound[name].settings}
	base := Plan{
		Backend: name, Phase: ph.Name, Serial: ph.serial, Markers: ph.markers, Keywords: ph.keywords,
		Paths: ph.paths, Ignore: r.ignored(name, ph),
		AllowEmpty: ph.allowEmpty, Required: orBuiltIn(ph.required, true),
	}
	if !ph.serialMarker.IsSet() || ph.serial.Value {
		return []resolved{r.plan(i, base, layers)}
	}
	var halves []resolved
	for _, half := range []Half{ParallelHalf, SerialHalf} {
		halves = append(halves, r.plan(i, split(base, half, ph.serialMarker), layers))
	}
	return halves
}

// split returns one half of a plan. Either may turn out empty: which tests bear the marker is the suite's affair.
func split(p Plan, half Half, marker Setting[string]) Plan {
	p.Half = half
	p.AllowEmpty = Setting[bool]{Value: true, Layer: ByPhase, Pos: marker.Pos}
	condition := "not (" + marker.Value + ")"
	if half == SerialHalf {
		p.Serial = Setting[bool]{Value: true, Layer: ByPhase, Pos: marker.Pos}
		condition = "(" + marker.Value + ")"
	}
	switch {
	case p.Markers.IsSet():
		p.Markers.Value = "(" + p.Markers.Value + ") and " + condition
	case half == SerialHalf:
		p.Markers = marker
	default:
		p.Markers = Setting[string]{Value: condition, Layer: marker.Layer, Pos: marker.Pos}
	}
	return p
}

// adHoc returns the plan for paths that a command line names. It is serial where all phases are, and its limit is
// the longest, or none where a phase has none.
func (r resolver) adHoc(i int, phases []resolved) resolved {
	base := Plan{Backend: r.policy.Backends[i].Name, Required: orBuiltIn(Setting[bool]{}, true)}
	parallel := func(p resolved) bool { return !p.Serial.Value }
	if len(phases) > 0 && !slices.ContainsFunc(phases, parallel) {
		base.Serial = phases[0].Serial
	}
	layers := []settings{r.policy.model.defaults, r.policy.model.backends[i].settings}
	plan := r.plan(i, base, layers)
	plan.Limit = longest(phases)
	plan.Because = r.reasons(plan.Plan, layers)
	return plan
}

func longest(phases []resolved) Setting[time.Duration] {
	var longest Setting[time.Duration]
	for _, p := range phases {
		if !p.Limit.IsSet() {
			return Setting[time.Duration]{}
		}
		if p.Limit.Value > longest.Value {
			longest = p.Limit
		}
	}
	return longest
}

// plan fills in what the layers say, widest first.
func (r resolver) plan(i int, p Plan, layers []settings) resolved {
	if p.Serial.Value {
		p.Workers = Setting[string]{Value: "0", Layer: p.Serial.Layer, Pos: p.Serial.Pos}
	} else {
		fillWorkers(&p, layers)
	}
	p.Limit = pick(layers, func(s settings) Setting[time.Duration] { return s.timeout })
	p.TestLimit = pick(layers, func(s settings) Setting[time.Duration] { return s.testLimit })
	if p.TestLimit.IsSet() {
		p.TestLimitMethod = orBuiltIn(pick(layers, func(s settings) Setting[string] { return s.method }), builtInMethod)
	}
	p.FaulthandlerAfter = pick(layers, func(s settings) Setting[time.Duration] { return s.faulthandler })
	p.Args = slices.Clone(r.args)
	for _, s := range layers {
		p.Args = append(p.Args, s.args...)
	}
	p.Env = mergeVars(layers)
	p.Because = r.reasons(p, layers)
	p.Requires = r.book.requirements(p, slices.Concat(r.policy.model.requires, r.policy.model.backends[i].requires))
	return resolved{Plan: p, bad: slices.ContainsFunc(layers, func(s settings) bool { return s.bad })}
}

// fillWorkers fills in what only matters to a plan that may have workers.
func fillWorkers(p *Plan, layers []settings) {
	p.Workers = orBuiltIn(pick(layers, func(s settings) Setting[string] { return s.workers }), builtInWorkers)
	p.Cap = smallestCap(layers)
	if p.Cap.IsSet() {
		p.BeyondFlag = orBuiltIn(pick(layers, func(s settings) Setting[Beyond] { return s.flag }), builtInBeyondFlag)
		p.BeyondEnv = orBuiltIn(pick(layers, func(s settings) Setting[Beyond] { return s.env }), builtInBeyondEnv)
	}
	p.Dist = pick(layers, func(s settings) Setting[string] { return s.dist })
	p.Restart = pick(layers, func(s settings) Setting[int] { return s.restart })
	if isGrouped(p.Dist.Value) {
		p.Restart = orBuiltIn(p.Restart, builtInGroupedRestart)
	}
}

// pick returns the setting of the narrowest layer that has it.
func pick[T any](layers []settings, of func(settings) Setting[T]) Setting[T] {
	for _, s := range slices.Backward(layers) {
		if v := of(s); v.IsSet() {
			return v
		}
	}
	return Setting[T]{}
}

func orBuiltIn[T any](s Setting[T], builtIn T) Setting[T] {
	if s.IsSet() {
		return s
	}
	return Setting[T]{Value: builtIn, Layer: BuiltIn}
}

// smallestCap returns the smallest cap of all layers, of equal ones the narrowest.
func smallestCap(layers []settings) Setting[int] {
	var least Setting[int]
	for _, s := range layers {
		if s.max.IsSet() && (!least.IsSet() || s.max.Value <= least.Value) {
			least = s.max
		}
	}
	return least
}

// mergeVars returns the variables of all layers by name, each as the narrowest layer that names it has it.
func mergeVars(layers []settings) []EnvVar {
	var all []EnvVar
	for _, s := range slices.Backward(layers) {
		for _, v := range s.vars {
			if !slices.ContainsFunc(all, func(w EnvVar) bool { return w.Name == v.Name }) {
				all = append(all, v)
			}
		}
	}
	slices.SortFunc(all, func(v, w EnvVar) int { return strings.Compare(v.Name, w.Name) })
	return all
}

// ignored returns the paths of the backend's other phases that lie below those of a rest phase.
// A node ID can't be ignored as a path can, so its tests run in both phases.
func (r resolver) ignored(backend string, ph phase) []Setting[string] {
	if !ph.rest.Value {
		return nil
	}
	var all []Setting[string]
	for _, other := range r.policy.model.phases {
		if other.Name == ph.Name || !other.runsUnder(backend) {
			continue
		}
		for _, s := range other.paths {
			same := func(t Setting[string]) bool { return t.Value == s.Value }
			if belowAny(s.Value, ph.paths) && !strings.Contains(s.Value, "::") && !slices.ContainsFunc(all, same) {
				all = append(all, s)
			}
		}
	}
	return all
}

func belowAny(p string, roots []Setting[string]) bool {
	p = path.Clean(p)
	return slices.ContainsFunc(roots, func(s Setting[string]) bool {
		root := path.Clean(s.Value)
		return root == "." && p != "." || strings.HasPrefix(p, root+"/")
	})
}
