package check

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pytest"
	"policygen/policy"
)

// judge finds the backend and the plans that a start belongs to.
func (c *context) judge(s observe.Start) judged {
	j := judged{Start: s}
	j.backend, j.named = c.backendOf(s)
	if j.backend == "" {
		return j
	}
	if s.Wrapper != "" {
		j.plans, j.phases = c.wrapperPlans(j)
		return j
	}
	paths, markers := targetsOf(s), s.Settings.Markers.Text
	for _, p := range c.Plans {
		if p.Backend != j.backend || p.AdHoc() {
			continue
		}
		if runs(p, paths, markers) {
			j.plans = append(j.plans, p)
			j.phases = with(j.phases, p.Phase)
			continue
		}
		if !coversAll(p, paths) {
			continue
		}
		j.touches = with(j.touches, p.Phase)
		if markers == "" {
			j.covers = with(j.covers, p.Phase)
		} else if sameExpression(markers, p.Markers.Value) { // from further up, but its markers choose the phase
			j.plans = append(j.plans, p)
			j.covers = with(j.covers, p.Phase)
		}
	}
	if len(j.plans) == 0 {
		j.plans = c.adHoc(j.backend)
	}
	return j
}

// with returns the names with one more, each once.
func with(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// backendOf returns the backend that the tests of a start run against, and whether the way to it says so.
func (c *context) backendOf(s observe.Start) (backend string, named bool) {
	if s.Wrapper != "" {
		if names := optionsOf(s.Argv, "--backend"); len(names) > 0 {
			return c.known(names[len(names)-1]), true
		}
	}
	for _, name := range c.Policy.Runner.BackendEnv {
		if value, ok := s.Env[name]; ok && value != "" {
			return c.known(value), true
		}
	}
	if s.Kind == observe.Python || s.Kind == observe.Nox {
		return "", false // what code does to its environment is not read
	}
	if meant := c.meant(s); len(meant) > 1 {
		c.meanings = max(c.meanings, len(meant))
		if c.meaning == 0 {
			return "", false
		}
		return meant[min(c.meaning, len(meant))-1], false
	}
	return c.Policy.DefaultBackend.Value, false
}

// known returns the backend that a value names, as the wrapper and the fixtures read it: in any case, with blanks around.
func (c *context) known(value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	for _, b := range c.Policy.Backends {
		if b.Name == value {
			return value
		}
	}
	return ""
}

// optionsOf returns the values of an option in the order of the words.
func optionsOf(words []pytest.Word, name string) (values []string) {
	for i, w := range words {
		if w.Text == "--" {
			break
		}
		if value, ok := strings.CutPrefix(w.Text, name+"="); ok {
			values = append(values, value)
		} else if w.Text == name && i+1 < len(words) {
			values = append(values, words[i+1].Text)
		}
	}
	return values
}

// targetsOf returns what a start collects, as paths from the root, as far as that is known.
func targetsOf(s observe.Start) []string {
	var list []string
	for _, p := range s.Settings.Paths {
		if at := targetOf(s, p); at != "" {
			list = append(list, at)
		}
	}
	return list
}

// targetOf returns a path of a start as it is called from the root; nothing where it is unknown.
func targetOf(s observe.Start, p pytest.Value) string {
	file, _, _ := strings.Cut(p.Text, "::")
	switch {
	case len(p.Unknown) > 0:
		return ""
	case p.From == pytest.Default: // the working directory, from the root already
		return path.Clean(file)
	case file == observe.Mount:
		return "."
	case strings.HasPrefix(file, observe.Mount+"/"):
		return path.Clean(file[len(observe.Mount)+1:])
	}
	return path.Join(s.Dir, file)
}

// runs reports whether a command with these paths and this marker expression runs the plan's phase, or a part of it.
func runs(p policy.Plan, paths []string, markers string) bool {
	if markers != "" && p.Markers.IsSet() && !sameExpression(markers, p.Markers.Value) {
		return false
	}
	return slices.ContainsFunc(paths, func(at string) bool {
		within := slices.ContainsFunc(p.Paths, func(s policy.Setting[string]) bool { return inside(at, s.Value) })
		left := slices.ContainsFunc(p.Ignore, func(s policy.Setting[string]) bool { return inside(at, s.Value) })
		return within && !left
	})
}

// elsewhere reports whether the tests of a start are those of another repository, such as one that a job clones: nothing of where it
// looks is there. What is only shown may stand for anything.
func (c *context) elsewhere(s observe.Start) bool {
	if s.Foreign != "" {
		return true
	}
	if s.Kind.Shown() || s.Wrapper != "" || len(pytest.Unknowns(s.Dir)) > 0 {
		return false
	}
	if !c.exists(s.Dir) {
		return true
	}
	targets := targetsOf(s)
	return len(targets) > 0 && !slices.ContainsFunc(targets, func(at string) bool { return c.exists(at) || c.exists(path.Dir(at)) })
}

// coversAll reports whether a command with these paths runs all of the plan's phase beside other things.
func coversAll(p policy.Plan, paths []string) bool {
	for _, s := range p.Paths {
		if !slices.ContainsFunc(paths, func(at string) bool { return inside(path.Clean(s.Value), at) }) {
			return false
		}
	}
	return true
}

// inside reports whether a path is a folder or lies in it.
func inside(at, folder string) bool {
	folder = path.Clean(folder)
	return folder == "." || at == folder || strings.HasPrefix(at, folder+"/")
}

// sameExpression reports whether two marker expressions are the same but for blanks and for brackets around single names.
func sameExpression(a, b string) bool { return plainExpression(a) == plainExpression(b) }

var bracketed = regexp.MustCompile(`\([ \t]*([A-Za-z0-9_.:+-]+)[ \t]*\)`)

func plainExpression(text string) string {
	text = strings.Join(strings.Fields(bracketed.ReplaceAllString(text, " $1 ")), " ")
	return strings.ReplaceAll(strings.ReplaceAll(text, "( ", "("), " )", ")")
}

func (c *context) adHoc(backend string) []policy.Plan {
	for _, p := range c.Plans {
		if p.Backend == backend && p.AdHoc() {
			return []policy.Plan{p}
		}
	}
	return nil
}

// wrapperPlans returns what a call of the rendered wrapper runs.
func (c *context) wrapperPlans(j judged) (plans []policy.Plan, phases []string) {
	only, left := optionsOf(j.Argv, "--phase"), optionsOf(j.Argv, "--skip-phase")
	for _, p := range c.Plans {
		if p.Backend == j.backend && !p.AdHoc() && (len(only) == 0 || slices.Contains(only, p.Phase)) && !slices.Contains(left, p.Phase) {
			plans = append(plans, p)
			phases = with(phases, p.Phase)
		}
	}
	return plans, phases
}

// A bound is the largest number of workers that a start may have.
type bound struct {
	most   int
	pos    finding.Position // of what says so
	serial string           // the phase that is run without workers whatever is asked; empty where a cap says it
}

// cap returns the smallest cap of the plans of a start, and none where they have none. A phase that is always serial has 0.
func (j judged) cap() (least bound, capped bool) {
	serial := len(j.plans) > 0
	for _, p := range j.plans {
		serial = serial && p.Serial.Value
		if p.Cap.IsSet() && (!capped || p.Cap.Value < least.most) {
			least, capped = bound{most: p.Cap.Value, pos: p.Cap.Pos}, true
		}
	}
	if serial && !capped && j.plans[0].Phase != "" {
		return bound{pos: j.plans[0].Serial.Pos, serial: j.plans[0].Phase}, true
	}
	return least, capped
}

// words says for whom the bound holds.
func (b bound) words(backend string) string {
	if b.serial != "" {
		return fmt.Sprintf("in phase %q, which runs without workers", b.serial)
	}
	return fmt.Sprintf("under backend %q, whose cap is %d", backend, b.most)
}

// says points at the policy's own line.
func (b bound) says() []finding.Related {
	if b.serial != "" {
		return policySays(b.pos, "the policy makes the phase serial here")
	}
	return policySays(b.pos, fmt.Sprintf("the cap of %d stands here", b.most))
}

// plan returns the first plan of a start.
func (j judged) plan() (policy.Plan, bool) {
	if len(j.plans) == 0 {
		return policy.Plan{}, false
	}
	return j.plans[0], true
}

// inCI reports whether a service runs the start.
func (j judged) inCI() bool {
	return j.Kind == observe.Workflow || j.Kind == observe.GitLab || j.Kind == observe.Pipeline || j.Kind == observe.Action
}

// direct reports whether pytest stands in the file itself, be it as the words of a script that it calls, and not behind something that
// the file calls.
func (j judged) direct() bool { return j.Pytest().File == j.File }

// mildest returns how bad a finding about a start is at most: what stands in a sentence may tell of what was, or of what not to do.
func (j judged) mildest() finding.Severity {
	if j.Inline {
		return finding.Warning
	}
	return finding.Error
}

// picks reports whether a start names nothing but single files and tests: a run of those is no phase.
func (j judged) picks() bool {
	targets := targetsOf(j.Start)
	return len(targets) > 0 && !slices.ContainsFunc(targets, func(at string) bool { return path.Ext(at) != ".py" || j.isPath(at) })
}

// isPath reports whether a path is one of a phase's own.
func (j judged) isPath(at string) bool {
	return slices.ContainsFunc(j.plans, func(p policy.Plan) bool {
		return slices.ContainsFunc(p.Paths, func(s policy.Setting[string]) bool { return path.Clean(s.Value) == at })
	})
}

// from returns the way to a start for the related places of a finding: what a person wrote, where that is not pytest itself.
func (j judged) from() []finding.Related {
	if j.Position == j.Pytest() {
		return nil
	}
	return []finding.Related{{Position: j.Position, Message: "started from here"}}
}

// placeOf returns where a value stands in a command line, or the start where it stands in a configuration or nowhere.
func placeOf(j judged, v pytest.Value) finding.Position {
	if v.Pos.IsValid() && (v.From == pytest.CommandLine || v.From == pytest.AddoptsEnv) {
		return v.Pos
	}
	return j.Pytest()
}
