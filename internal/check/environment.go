package check

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/policy"
)

func otherEnv(c *context) (found finding.List) {
	for _, j := range c.starts {
		p, ok := j.plan()
		if j.Wrapper != "" || j.Kind.Shown() || !ok || !j.direct() || !j.Certain {
			continue
		}
		for _, v := range p.Env {
			if v.Mode != policy.EnvSet || v.Layer == policy.ByBackend || v.Layer == policy.ByPhaseBackend {
				continue
			}
			got, set := j.Env[v.Name]
			if set && (got == v.Value || len(pytest.Unknowns(got)) > 0) {
				continue
			}
			found = append(found, c.envFinding(j, v, got, set))
		}
	}
	return once(found.Sorted())
}

func (c *context) envFinding(j judged, v policy.EnvVar, got string, set bool) finding.Finding {
	f := finding.Finding{Position: j.Pytest(), Message: fmt.Sprintf("tests run without %s=%s", v.Name, v.Value),
		Help: "set it here" + c.orWrapper(""), Related: policySays(v.Pos, "the policy sets it here")}
	if set {
		f.Message = fmt.Sprintf("tests run with %s=%s; the policy has %s", v.Name, abridged(got), v.Value)
	}
	return f
}

// abridged returns a value of a variable as messages have it: in at most 60 characters.
func abridged(value string) string {
	if all := []rune(value); len(all) > 60 {
		return string(all[:59]) + "…"
	}
	return value
}

func halfBackend(c *context) (found finding.List) {
	for _, j := range c.starts {
		if j.Wrapper != "" {
			if message := c.misnamed(j); message != "" {
				found = append(found, finding.Finding{Position: j.Position, Message: message, Help: c.namesHelp()})
			}
			continue
		}
		if !j.direct() || !j.Certain {
			continue
		}
		if message := c.disagreement(j); message != "" {
			help := c.together()
			if j.backend == "" {
				help = c.namesHelp()
			}
			found = append(found, finding.Finding{Position: j.Position, Severity: j.mildest(), Message: message, Help: help})
		}
	}
	return found.Sorted()
}

// misnamed says which name in a call of the wrapper is none of the policy's.
func (c *context) misnamed(j judged) string {
	for _, name := range optionsOf(j.Argv, "--backend") {
		if len(pytest.Unknowns(name)) == 0 && c.known(name) == "" {
			return fmt.Sprintf("--backend %s is no backend of the policy", name)
		}
	}
	for _, name := range slices.Concat(optionsOf(j.Argv, "--phase"), optionsOf(j.Argv, "--skip-phase")) {
		if len(pytest.Unknowns(name)) == 0 && !slices.ContainsFunc(c.Policy.Phases, func(p policy.Phase) bool { return p.Name == name }) {
			return fmt.Sprintf("--phase %s is no phase of the policy", name)
		}
	}
	return ""
}

// disagreement says how the variables of a start name two backends.
func (c *context) disagreement(j judged) string {
	var first, firstName string
	for _, name := range c.Policy.Runner.BackendEnv {
		value, set := j.Env[name]
		if !set || value == "" || len(pytest.Unknowns(value)) > 0 { // an empty one counts as none, as in the wrapper
			continue
		}
		backend := c.known(value)
		switch {
		case backend == "":
			return fmt.Sprintf("%s=%s is no backend of the policy", name, abridged(value))
		case first != "" && backend != first:
			return fmt.Sprintf("%s=%s, but %s=%s", firstName, first, name, value)
		}
		first, firstName = backend, name
	}
	return c.halfSet(j)
}

// halfSet says which variable of a backend is there without the others, or has another value than the backend's.
func (c *context) halfSet(j judged) string {
	for _, p := range c.Plans {
		if !p.AdHoc() {
			continue
		}
		for _, v := range p.Env {
			own := v.Mode == policy.EnvSet && v.Layer == policy.ByBackend
			got, set := j.Env[v.Name]
			switch {
			case !own || len(pytest.Unknowns(got)) > 0:
			case p.Backend == j.backend && strings.TrimSpace(got) == "":
				if j.named {
					return fmt.Sprintf("backend %q without %s=%s", j.backend, v.Name, v.Value)
				}
			case p.Backend == j.backend && !strings.EqualFold(strings.TrimSpace(got), v.Value):
				return fmt.Sprintf("%s=%s, but backend %q has %s=%s", v.Name, abridged(got), j.backend, v.Name, v.Value)
			case p.Backend != j.backend && set && got == v.Value && !c.shared(v, j.backend):
				return fmt.Sprintf("%s=%s belongs to backend %q, but the tests' backend is %q", v.Name, v.Value, p.Backend, j.backend)
			}
		}
	}
	return ""
}

// shared reports whether a backend has the same variable.
func (c *context) shared(v policy.EnvVar, backend string) bool {
	return slices.ContainsFunc(c.Plans, func(p policy.Plan) bool {
		return p.Backend == backend && slices.ContainsFunc(p.Env, func(w policy.EnvVar) bool { return w.Name == v.Name && w.Value == v.Value })
	})
}

// together names the variables that belong together.
func (c *context) together() string {
	names := slices.Clone(c.Policy.Runner.BackendEnv)
	for _, p := range c.Plans {
		for _, v := range p.Env {
			if v.Layer == policy.ByBackend && v.Mode == policy.EnvSet && !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	all := "set " + strings.Join(names, ", ")
	if len(names) > 1 {
		all += " together,"
	}
	return all + " for one backend" + c.orWrapper(" with --backend")
}

// namesHelp lists the names that the policy has for backends and phases.
func (c *context) namesHelp() string {
	var backends, phases []string
	for _, b := range c.Policy.Backends {
		backends = append(backends, b.Name)
	}
	for _, p := range c.Policy.Phases {
		phases = append(phases, p.Name)
	}
	return "the policy has " + plural("backend", len(backends)) + " " + quoted(backends) + " and " + plural("phase", len(phases)) + " " + quoted(phases)
}

// orWrapper names the way by the wrapper, where the policy renders one.
func (c *context) orWrapper(options string) string {
	if c.wrapper == "" {
		return ""
	}
	return ", or call " + c.wrapper + options
}
