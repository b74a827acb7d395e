package policy

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// unknownName reports a name of something that the policy doesn't have.
func (b *builder) unknownName(at finding.Position, path, what, name string, known []string) {
	b.report(finding.Finding{
		Position: at, Code: codeName, Path: path,
		Message: fmt.Sprintf("there is no %s %s", what, quote(name)), Help: didYouMean(name, known),
	})
}

// checkNames finds names of backends, phases and facts that don't exist.
func (b *builder) checkNames(p *Policy) {
	backends := backendNames(p)
	if d := p.DefaultBackend; d.IsSet() && len(backends) > 0 && !slices.Contains(backends, d.Value) {
		b.unknownName(d.Pos, b.paths[d.Pos], "backend", d.Value, backends)
	}
	for _, ph := range p.model.phases {
		for _, name := range ph.boundNames {
			if !slices.Contains(backends, name.name) && !name.bad {
				b.unknownName(name.label, name.path, "backend", name.name, backends)
			}
		}
	}
	for s := range p.model.layers() {
		for _, r := range s.because {
			if !slices.Contains(b.factIDs, r.fact) {
				b.unknownName(r.Pos, b.paths[r.Pos], "fact", r.fact, b.factIDs)
			}
		}
	}
}

// checkVars finds layers that set a variable by which the wrapper hands on its own decision.
func (b *builder) checkVars(p *Policy) {
	for s := range p.model.layers() {
		for _, v := range s.vars {
			if slices.Contains(p.Runner.BackendEnv, v.Name) {
				b.report(finding.Finding{Position: v.Pos, Code: codeConflict, Path: b.paths[v.Pos],
					Message: fmt.Sprintf("%s is among the names of runner.backendEnv, which are all set to the backend", v.Name),
					Help:    "remove it here or there"})
			}
		}
	}
}

// fact returns the fact of the id.
func (p *Policy) fact(id string) (Fact, bool) {
	i, ok := slices.BinarySearchFunc(p.Facts, id, func(f Fact, id string) int { return strings.Compare(f.ID, id) })
	if !ok {
		return Fact{}, false
	}
	return p.Facts[i], true
}

// checkSettingName finds settings that a reason names although they don't stand beside it.
func (b *builder) checkSettingName(layer *node, s Setting[string]) {
	if layer.get(strings.Split(s.Value, ".")...) != nil {
		return
	}
	var beside []string
	for _, f := range layer.fields {
		if f.name != "because" {
			beside = append(beside, f.name)
		}
	}
	b.report(finding.Finding{
		Position: s.Pos, Code: codeName, Path: b.paths[s.Pos],
		Message: fmt.Sprintf("no setting %s stands beside this reason", quote(s.Value)), Help: didYouMean(s.Value, beside),
	})
}

// checkRuns finds phases and backends between which nothing runs.
func (b *builder) checkRuns(p *Policy) {
	backends := backendNames(p)
	for _, ph := range p.model.phases {
		b.checkSplit(ph)
		if len(backends) > 0 && !slices.ContainsFunc(backends, ph.runsUnder) {
			b.report(finding.Finding{Position: ph.Pos, Code: codeOptions, Path: ph.path,
				Message: fmt.Sprintf("phase %s runs under no backend", quote(ph.Name)), Help: "enable it under one, or remove it"})
		}
	}
	for _, x := range p.Backends {
		runs := func(ph phase) bool { return ph.runsUnder(x.Name) }
		if len(p.model.phases) > 0 && !slices.ContainsFunc(p.model.phases, runs) {
			b.report(finding.Finding{Position: x.Pos, Code: codeOptions, Path: join("policy.backends", x.Name),
				Message: fmt.Sprintf("no phase runs under backend %s", quote(x.Name)), Help: "enable one, or remove the backend"})
		}
	}
}

func (b *builder) checkSplit(ph phase) {
	if m := ph.serialMarker; m.IsSet() && ph.serial.Value {
		b.report(finding.Finding{Position: m.Pos, Code: codeOptions, Path: b.paths[m.Pos],
			Message: fmt.Sprintf("phase %s is serial as a whole, so no marker splits it", quote(ph.Name)),
			Related: []finding.Related{{Position: ph.serial.Pos, Message: "serial is stated here"}}, Help: "keep one of the two"})
	}
}

// checkDists finds dist modes that no release of pytest-xdist has, as far as the facts know.
func (b *builder) checkDists(p *Policy) {
	for s := range p.model.layers() {
		d := s.dist
		if !d.IsSet() || len(p.DistModes) == 0 || slices.Contains(p.DistModes, d.Value) {
			continue
		}
		b.report(finding.Finding{
			Position: d.Pos, Code: codeDist, Path: b.paths[d.Pos],
			Message: fmt.Sprintf("pytest-xdist has no dist mode %s", quote(d.Value)), Help: didYouMean(d.Value, p.DistModes),
		})
	}
}

// knownDists returns the dist modes that facts speak of.
func knownDists(facts []Fact) []string {
	var modes []string
	for _, f := range facts {
		if mode, ok := strings.CutPrefix(f.Uses.Flag, "--dist="); ok && f.Kind == "capability" {
			modes = append(modes, mode)
		}
	}
	slices.Sort(modes)
	return slices.Compact(modes)
}
