package check

import (
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/policy"
)

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
