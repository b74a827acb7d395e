package check

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
)

// readingRules are about what could not be understood, and about comments that suppress findings.
func readingRules() []Rule {
	return []Rule{{
		Code: "PG501", Name: "unreadable", Severity: finding.Error, Since: "0.1.0", always: true,
		Summary: "a file that may start pytest can't be read",
		Why:     "What can't be read can't be held against the policy, and a check that is silent about it would promise too much.",
		find:    func(c *context) finding.List { return problems(c, true) },
	}, {
		Code: "PG502", Name: "not simulated to its end", Severity: finding.Warning, Since: "0.1.0", always: true,
		Summary: "a simulated run of a script broke off, so that what comes after it is uncertain",
		Why: "Commands that no run reached are still looked at where they stand, with what is known of their variables there; but what they " +
			"would see at run time is not known.",
		find: func(c *context) finding.List { return problems(c, false) },
	}, {
		Code: codeUnknown, Name: "an unknown value decides", Severity: finding.Warning, Since: "0.1.0",
		Summary: "under a backend with a cap the number of workers depends on something that is not known here; told under --strict",
		Why:     "An input of a workflow, a variable of a CI service or the output of a program decides, so nobody can promise that the cap holds.",
		find:    unknownWorkers,
	}, {
		Code: "PG504", Name: "a malformed comment", Severity: finding.Error, Since: "0.1.0", always: true,
		Summary: "a comment is addressed to policygen, but it is not one that policygen understands",
		Why:     "It looks as if it suppressed a finding, and does not. The form is: policygen: ignore[PG201] and the reason.",
	}, {
		Code: "PG505", Name: "an unused comment", Severity: finding.Warning, Since: "0.1.0", always: true,
		Summary: "a comment suppresses a finding that is not there",
		Why:     "It stands in the way of the next one: a finding that comes later would be suppressed by a reason of an earlier day.",
	}}
}

func problems(c *context, unread bool) (found finding.List) {
	for _, p := range c.Observed.Problems {
		told := !unread && slices.ContainsFunc(c.Observed.Problems, func(q observe.Problem) bool { return q.Unread && q.Position == p.Position })
		if p.Unread == unread && !told {
			found = append(found, finding.Finding{Position: p.Position, Message: p.Message})
		}
	}
	return found
}

func unknownWorkers(c *context) (found finding.List) {
	if !c.Strict {
		return nil
	}
	for _, j := range c.starts {
		most, capped := j.cap()
		unknown := append(slices.Clone(j.Settings.Workers.Unknown), j.Settings.Open...)
		slices.Sort(unknown)
		if j.Wrapper != "" || !capped || len(unknown) == 0 || j.held(most.most) || j.against(most.most) == over {
			continue
		}
		found = append(found, finding.Finding{
			Position: placeOf(j, j.Settings.Workers),
			Message:  "the number of workers " + most.words(j.backend) + ", depends on " + strings.Join(slices.Compact(unknown), ", "),
			Help:     fmt.Sprintf("pass --maxprocesses=%d after it", most.most), Related: j.from(),
		})
	}
	return distinct(found)
}
