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
