package check

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/policy"
)

// ciRules are about what services run, and what becomes of its result.
func ciRules() []Rule {
	return []Rule{{
		Code: "PG209", Name: "CI has a copy of a phase", Severity: finding.Warning, Since: "0.1.0",
		Summary: "a CI step starts pytest for a phase of the policy instead of calling the wrapper",
		Why:     "A second copy of the same options is a second truth: it drifts as soon as one of the two changes.",
		find:    copies,
	}, {
		Code: "PG210", Name: "CI and policy know different suites", Severity: finding.Warning, Since: "0.1.0",
		Summary: "no CI job runs a backend or a phase of the policy, or a job runs tests that are no phase of it",
		Why:     "What no job runs is broken before anybody looks, and what only a job runs is run by nobody at home.",
		find:    unknownSuites,
	}, {
		Code: "PG211", Name: "limits that defeat each other", Severity: finding.Warning, Since: "0.1.0",
		Summary: "the policy limits what a CI job runs, and the job has no time limit or one below that; a test's limit is not below its phase's",
		Why:     "The outer limit then ends the run before the inner one could say which test hung. Without one, GitHub's is six hours.",
		find:    badLimits,
	}, {
		Code: "PG212", Name: "a result that nobody sees", Severity: finding.Error, Since: "0.1.0",
		Summary: "the exit status of pytest is lost, or finding no tests counts as success where the policy does not allow it",
		Why: "Failing tests that leave a green run are worse than none. Typical ways are || true, a pipe without pipefail, and a last " +
			"command that only prints. Exit code 5, no tests, is also what a folder that moved away gives.",
		find: lostResults,
	}}
}

func (c *context) ciStarts() (list []judged) {
	for _, j := range c.starts {
		if j.inCI() {
			list = append(list, j)
		}
	}
	return list
}

func copies(c *context) (found finding.List) {
	if c.wrapper == "" {
		return nil
	}
	for _, j := range c.ciStarts() {
		names := slices.Concat(j.phases, j.covers)
		if j.Wrapper != "" || len(names) == 0 || !j.direct() || j.picks() {
			continue
		}
		found = append(found, finding.Finding{
			Position: j.Pytest(), Message: "this runs " + partOf(j) + plural("phase", len(names)) + " " + quoted(names) + " with options of its own",
			Help: "run: bash " + c.wrapper + c.chosen(names, j),
		})
	}
	return distinct(found)
}

// partOf says that a start runs no phase as a whole.
func partOf(j judged) string {
	paths := targetsOf(j.Start)
	if slices.ContainsFunc(j.plans, func(p policy.Plan) bool { return p.AdHoc() || coversAll(p, paths) }) {
		return ""
	}
	return "a part of "
}

// chosen returns the words of the wrapper's command line that choose what a start runs of some phases.
func (c *context) chosen(names []string, j judged) (words string) {
	if len(names) < len(c.Policy.Phases) {
		for _, name := range names {
			words += " --phase " + name
		}
	}
	if partOf(j) != "" {
		words += " " + strings.Join(targetsOf(j.Start), " ")
	}
	return words
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func quoted(names []string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(list, ", ")
}

func unknownSuites(c *context) (found finding.List) {
	all := c.ciStarts()
	if len(all) == 0 {
		return nil
	}
	for _, j := range all {
		if j.backend != "" && j.Wrapper == "" && len(j.phases) == 0 && len(j.touches) == 0 && len(targetsOf(j.Start)) > 0 && j.direct() {
			found = append(found, finding.Finding{
				Position: j.Pytest(), Message: "this runs " + strings.Join(targetsOf(j.Start), " ") + ", which is no phase of the policy",
				Help: "make it a phase, or take the job out",
			})
		}
	}
	return append(distinct(found), c.withoutJob(all)...)
}

// withoutJob finds backends, and phases of the default backend, that no job runs. A job whose backend or paths nobody knows may run any.
func (c *context) withoutJob(all []judged) (found finding.List) {
	if slices.ContainsFunc(all, func(j judged) bool { return j.backend == "" && c.misnamed(j) == "" }) {
		return nil
	}
	for _, b := range c.Policy.Backends {
		if c.leftOut(b.Name) || slices.ContainsFunc(all, func(j judged) bool { return j.backend == b.Name }) {
			continue
		}
		found = append(found, finding.Finding{Position: b.Pos, Message: fmt.Sprintf("no CI job runs backend %q", b.Name),
			Help: "add a job, or say ci: backends: " + b.Name + ": enabled: false"})
	}
	for _, p := range c.Policy.Phases {
		runs := slices.ContainsFunc(all, func(j judged) bool {
			return slices.Contains(j.phases, p.Name) || slices.Contains(j.touches, p.Name) || j.Wrapper == "" && len(targetsOf(j.Start)) == 0
		})
		if !runs {
			found = append(found, finding.Finding{Position: p.Pos, Message: fmt.Sprintf("no CI job runs phase %q", p.Name), Help: "add it to a job"})
		}
	}
	return found
}

// leftOut reports whether the policy keeps a backend out of CI.
func (c *context) leftOut(backend string) bool {
	return c.Policy.CI != nil && !slices.ContainsFunc(c.Policy.CI.Jobs, func(j policy.Job) bool { return j.Backend == backend })
}
