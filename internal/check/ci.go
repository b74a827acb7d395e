package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"policygen/internal/finding"
	"policygen/internal/observe"
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

func badLimits(c *context) (found finding.List) {
	for _, job := range c.Observed.Jobs {
		sum, limited := c.longest(job)
		if f, bad := limitFinding(job, sum); limited && bad {
			found = append(found, f)
		}
	}
	for _, j := range c.starts {
		if f, bad := stepLimitFinding(j); bad {
			found = append(found, f)
		}
		if f, bad := testLimitFinding(j); bad {
			found = append(found, f)
		}
	}
	return distinct(found)
}

// stepLimitFinding compares the limit that a service puts on a step with those of what it runs.
func stepLimitFinding(j judged) (finding.Finding, bool) {
	given, sum := time.Duration(j.Minutes*float64(time.Minute)), limitOf(j)
	return finding.Finding{
		Position: j.Position, Message: fmt.Sprintf("the step ends after %s, but what it runs may take %s", short(given), short(sum)),
		Help: limitHelp(j.Kind, sum),
	}, given > 0 && given < sum
}

// longest returns what a job may take by the limits of the policy: those of its starts, of each start the longest where it is one of
// several of a matrix. Where the matrix says the limit too, [observe.Job] has the smallest, which is held against the shortest. Limited is
// false where the policy sets no limit for anything that the job runs, or where each step has a limit of its own.
func (c *context) longest(job observe.Job) (sum time.Duration, limited bool) {
	each := map[finding.Position]time.Duration{}
	byMatrix := strings.Contains(c.line(job.Limit), "matrix.")
	for _, j := range c.ciStarts() {
		if j.File != job.File || j.Job != job.Name {
			continue
		}
		limited = limited || j.Minutes == 0 && slices.ContainsFunc(j.plans, func(p policy.Plan) bool { return p.Limit.IsSet() })
		limit := limitOf(j)
		if before, seen := each[j.Pytest()]; seen && byMatrix == (before < limit) {
			limit = before
		}
		each[j.Pytest()] = limit
	}
	for _, d := range each {
		sum += d
	}
	return sum, limited
}

// line returns the text of the line that a position is in.
func (c *context) line(at finding.Position) string {
	lines := strings.Split(c.text(at.File), "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	return lines[at.Line-1]
}

// limitOf returns the sum of the limits of the phases that a start runs all of. Nobody knows how long a part may take.
func limitOf(j judged) (sum time.Duration) {
	paths := targetsOf(j.Start)
	for _, p := range j.plans {
		if j.Wrapper != "" || !p.AdHoc() && coversAll(p, paths) && j.Settings.Keywords.Text == "" {
			sum += p.Limit.Value
		}
	}
	return sum
}

// limitFinding compares the limit of a job with what it may take. Only GitHub's default is a known one, of six hours.
func limitFinding(job observe.Job, sum time.Duration) (f finding.Finding, bad bool) {
	given := time.Duration(job.Minutes * float64(time.Minute))
	f = finding.Finding{Position: job.Position, Help: limitHelp(job.Kind, sum)}
	switch {
	case job.Minutes > 0 && given < sum:
		f.Position = job.Limit
		f.Message = fmt.Sprintf("job %q ends after %s, but what it runs may take %s", job.Name, short(given), short(sum))
		bad = true
	case job.Minutes == 0 && !job.Limit.IsValid() && job.Kind == observe.Workflow: // else it is an expression that nobody here knows
		f.Message = fmt.Sprintf("job %q runs tests without a time limit of its own", job.Name)
		if sum > 0 {
			f.Message += "; by the policy they may take " + short(sum)
		}
		bad = true
	}
	return f, bad
}

// short returns a duration without the units that are 0: "1h30m", "20m".
func short(d time.Duration) string {
	text := d.String()
	text = strings.TrimSuffix(text, "m0s") + map[bool]string{true: "m"}[strings.HasSuffix(text, "m0s")]
	return strings.TrimSuffix(text, "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(text, "h0m")]
}

// limitHelp says which limit would do: ten minutes more than what is run, for what a job does besides.
func limitHelp(kind observe.Kind, sum time.Duration) string {
	minutes := fmt.Sprint(int(sum.Minutes()) + 10)
	switch {
	case sum == 0:
		return "timeout-minutes: as many as these tests may take"
	case kind == observe.Workflow || kind == observe.Action:
		return "timeout-minutes: " + minutes + " or more"
	case kind == observe.GitLab:
		return "timeout: " + minutes + " minutes or more"
	}
	return "raise it to " + minutes + " minutes or more"
}

// testLimitFinding compares pytest-timeout's limit of a start with that of its phase.
func testLimitFinding(j judged) (finding.Finding, bool) {
	v := j.Settings.Timeout
	limit, err := time.ParseDuration(v.Text + "s")
	if err != nil || limit <= 0 || j.Wrapper != "" || j.Kind.Shown() || len(j.plans) == 0 {
		return finding.Finding{}, false
	}
	var longest policy.Plan
	for _, p := range j.plans {
		if !p.Limit.IsSet() || limit < p.Limit.Value || p.AdHoc() {
			return finding.Finding{}, false
		}
		if p.Limit.Value > longest.Limit.Value {
			longest = p
		}
	}
	return finding.Finding{
		Position: placeOf(j, v), Message: fmt.Sprintf("a test may take %s here, but phase %q as a whole ends after %s", short(limit), longest.Phase, short(longest.Limit.Value)),
		Help:    "give tests a limit below that of the phase",
		Related: policySays(longest.Limit.Pos, "the limit of the phase stands here"),
	}, true
}

// lostResults finds starts whose failure ends in success. What a followed script loses itself is told there.
func lostResults(c *context) (found finding.List) {
	for _, j := range c.starts {
		if j.Kind.Shown() {
			continue
		}
		message, help := lost(j)
		if message == "" || !j.direct() && c.lostInside(j) {
			continue
		}
		f := finding.Finding{Position: j.Position, Message: message, Help: help}
		if j.declared() {
			f.Severity = finding.Warning
		}
		found = append(found, f)
	}
	return distinct(found)
}

// declarations are the keys by which CI services let a job or a step fail: GitHub's, GitLab's, Azure's, Cirrus's, Buildkite's,
// Bitbucket's and Google's.
var declarations = []string{"continue-on-error", "allow_failure", "continueOnError", "allow_failures", "soft_fail", "on-fail-ignore", "allowFailure"}

// declared reports whether a job says in so many words that its result does not count, as for a version that is tried.
func (j judged) declared() bool { return j.inCI() && slices.Contains(declarations, j.Hidden) }

// lost says how the result of a start is lost; nothing where it is not, or where nobody knows.
func lost(j judged) (message, help string) {
	notAllowed := func(p policy.Plan) bool { return !p.AllowEmpty.Value || p.Half != policy.WholePhase } // both halves of a phase may not be empty
	switch {
	case j.declared():
		return "failing tests leave the job green: " + j.Hidden, "take it out"
	case j.Fails == observe.Lost:
		message = "failing tests end in exit code 0 here"
		if j.Hidden != "" {
			message += ": " + j.Hidden
		}
		return message, lostHelp(j.Hidden)
	case j.Empty == observe.Lost && slices.ContainsFunc(j.plans, notAllowed):
		return "finding no tests (exit code 5) counts as success here", "let exit code 5 through, or say allowEmpty: true in the phase if it may be empty"
	}
	return "", ""
}

// lostHelp says how a status gets through.
func lostHelp(hidden string) string {
	if strings.Contains(hidden, "pipefail") {
		return "set -o pipefail in Bash, or write into a file in place of a pipe"
	}
	return "let pytest's exit status be the last word, or keep it and exit with it"
}

// lostInside reports whether the script, the target or the task in which the start stands loses its result by itself.
func (c *context) lostInside(j judged) bool {
	return slices.ContainsFunc(c.starts, func(s judged) bool {
		if s.File != j.Pytest().File || s.Pytest() != j.Pytest() || s.Kind.Shown() {
			return false
		}
		inside, _ := lost(s)
		return inside != ""
	})
}
