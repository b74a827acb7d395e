package policy

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// checkCI finds CI settings that can't be carried out. It looks at the places of the policy, so that what several jobs share is
// reported once, and at the jobs for what depends on their plans.
func (b *builder) checkCI(n *node, p *Policy) {
	b.checkCommands(n.get("install"))
	b.checkBranches(n.get("branches"))
	for _, at := range jobNodes(n) {
		b.checkCommands(at.get("setup"))
		b.checkPythons(at.get("python"))
		b.checkWorkersEnv(at.get("workers"), p)
	}
	b.checkJobNames(n.get("backends"), p)
	if len(p.CI.Jobs) == 0 && len(p.Backends) > 0 {
		b.badCI(n.label, n.path, "CI runs no backend: all of them are disabled", "enable one, or remove ci")
	}
	checks := newPlanChecks(b)
	for _, job := range p.CI.Jobs {
		for _, plan := range p.plans {
			if plan.Backend == job.Backend && !plan.AdHoc() {
				checks.jobOverCap(job, plan)
				checks.jobPythons(job, plan)
			}
		}
	}
}

func (b *builder) badCI(at finding.Position, path, message, help string, related ...finding.Related) {
	b.report(finding.Finding{Position: at, Code: codeCI, Path: path, Message: message, Help: help, Related: related})
}

// jobNodes returns the places that settings of jobs stand in.
func jobNodes(n *node) []*node {
	all := []*node{n}
	if group := n.get("backends"); group != nil {
		all = append(all, group.fields...)
	}
	return all
}

func (b *builder) checkJobNames(n *node, p *Policy) {
	if n == nil {
		return
	}
	for _, f := range n.fields {
		if names := backendNames(p); !slices.Contains(names, f.name) && !f.bad {
			b.unknownName(f.label, f.path, "backend", f.name, names)
		}
	}
}

// GitHubExpression opens an expression of GitHub. GitHub puts its value into the text of a command before the shell reads it, so that
// who names a branch can inject commands.
const GitHubExpression = "${{"

func (b *builder) checkCommands(n *node) {
	for _, s := range b.texts(n, "") {
		switch {
		case strings.TrimSpace(s.Value) == "":
			b.badCI(s.Pos, b.paths[s.Pos], "the command is empty", "remove it")
		case strings.Contains(s.Value, GitHubExpression):
			b.badCI(s.Pos, b.paths[s.Pos], fmt.Sprintf("what %s stands for gets into the command before the shell reads it, so that who names a branch can add commands", quote(GitHubExpression)),
				"read a variable of the environment, such as $GITHUB_REF_NAME")
		}
	}
}

// checkPythons finds versions that stand twice in a list, however they are written.
func (b *builder) checkPythons(n *node) {
	first := map[string]finding.Position{}
	for _, s := range b.texts(n, "") {
		name := pythonSeries(s.Value).String()
		if at, ok := first[name]; ok {
			b.badCI(s.Pos, b.paths[s.Pos], fmt.Sprintf("Python %s is named twice", s.Value), "keep one of the two",
				finding.Related{Position: at, Message: "the other one"})
			continue
		}
		first[name] = s.Pos
	}
}

// pythonSeries returns all releases of a Python version such as "3.13".
func pythonSeries(version string) pep440.Set {
	specifiers, err := pep440.ParseSpecifiers("==" + version + ".*")
	if err != nil {
		return pep440.None() // a number that no release of anything has
	}
	return specifiers.Set()
}

func (b *builder) checkWorkersEnv(n *node, p *Policy) {
	if n != nil && p.Runner.WorkersEnv == "" {
		b.badCI(n.pos, n.path, "no variable brings this number of workers to the wrapper", `name one, such as runner: workersEnv: "TEST_WORKERS"`)
	}
}

func (c planChecks) jobOverCap(job Job, p Plan) {
	if !job.Workers.IsSet() || !p.Cap.IsSet() || job.Workers.Value <= p.Cap.Value {
		return
	}
	c.pair(finding.Finding{
		Position: job.Workers.Pos, Code: codeOverCap,
		Message: fmt.Sprintf("%d workers in CI are over the cap of %d that holds for %s", job.Workers.Value, p.Cap.Value, p.subject()),
		Related: []finding.Related{{Position: p.Cap.Pos, Message: fmt.Sprintf("the cap of %d stands here", p.Cap.Value)}},
		Help:    fmt.Sprintf("give CI %d workers or fewer for %s, or raise the cap", p.Cap.Value, quote(p.Backend)),
	})
}

// jobPythons finds Python versions that a plan of the job has no use for.
func (c planChecks) jobPythons(job Job, p Plan) {
	i := slices.IndexFunc(p.Requires, func(r Requirement) bool { return r.Package == PythonItself })
	if i < 0 || p.Requires[i].Range.IsEmpty() {
		return
	}
	for _, version := range job.Python {
		series := pythonSeries(version.Value)
		if !p.Requires[i].Range.Intersect(series).IsEmpty() {
			continue
		}
		bounds := append(slices.Clone(p.Requires[i].Bounds), Bound{Set: series, Pos: version.Pos})
		c.pair(finding.Finding{
			Position: version.Pos, Code: codeRange,
			Message: fmt.Sprintf("Python %s is not what backend %s needs", version.Value, quote(job.Backend)),
			Help:    "change the version or the range",
			Related: slices.DeleteFunc(c.b.needed(bounds), func(r finding.Related) bool { return r.Position == version.Pos }),
		})
	}
}

// checkInterpreters finds backends that CI is to run with no version of Python.
func (b *builder) checkInterpreters(n *node, p *Policy) {
	i := slices.IndexFunc(p.Targets, Target.forCI)
	if n == nil || i < 0 {
		return
	}
	var without []string
	for _, job := range p.CI.Jobs {
		if len(job.Python) == 0 && n.get("python") == nil && n.get("backends", job.Backend, "python") == nil {
			without = append(without, quote(job.Backend))
		}
	}
	if len(without) > 0 {
		b.report(finding.Finding{Position: n.label, Code: codeMissing, Path: join(n.path, "python"),
			Message: fmt.Sprintf("the field \"python\" is missing: target %s needs the versions of Python for backend %s", quote(p.Targets[i].Name), strings.Join(without, ", ")),
			Help:    `write python: ["3.13"], say`})
	}
}
