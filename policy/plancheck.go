package policy

import (
	"fmt"
	"strconv"

	"policygen/internal/finding"
)

// planChecks finds settings that each are right where they stand and don't fit each other in a plan.
// Many plans come from the same lines, so each pair of lines is reported once.
type planChecks struct {
	b    *builder
	seen map[string]bool
}

func newPlanChecks(b *builder) planChecks { return planChecks{b: b, seen: map[string]bool{}} }

func (c planChecks) plan(p Plan) {
	c.overCap(p)
	c.timeLimits(p)
	c.threadMethod(p)
	c.b.checkRequirements(p, c.seen)
}

// pair reports a finding about two positions unless it has been reported.
func (c planChecks) pair(f finding.Finding) {
	key := f.Code + f.Position.String() + f.Related[0].Position.String()
	if !c.seen[key] {
		c.seen[key] = true
		f.Path = c.b.paths[f.Position]
		c.b.report(f)
	}
}

func (c planChecks) overCap(p Plan) {
	n, err := strconv.Atoi(p.Workers.Value)
	if err != nil || !p.Cap.IsSet() || n <= p.Cap.Value {
		return
	}
	c.pair(finding.Finding{
		Position: p.Workers.Pos, Code: codeOverCap,
		Message: fmt.Sprintf("%d workers are over the cap of %d that holds for %s", n, p.Cap.Value, p.subject()),
		Related: []finding.Related{{Position: p.Cap.Pos, Message: fmt.Sprintf("the cap of %d stands here", p.Cap.Value)}},
		Help:    fmt.Sprintf("give %s a default of %d or less, or raise the cap", p.subject(), p.Cap.Value),
	})
}

func (c planChecks) timeLimits(p Plan) {
	if !p.Limit.IsSet() || !p.TestLimit.IsSet() || p.AdHoc() || p.TestLimit.Value < p.Limit.Value {
		return
	}
	c.pair(finding.Finding{
		Position: p.TestLimit.Pos, Code: codeTimeLimit,
		Message: fmt.Sprintf("the limit of %s for a test is not below the limit of %s for %s, which would end first and name no test",
			durationText(p.TestLimit.Value), durationText(p.Limit.Value), p.subject()),
		Related: []finding.Related{{Position: p.Limit.Pos, Message: fmt.Sprintf("the limit of %s stands here", durationText(p.Limit.Value))}},
		Help:    "lower the one or raise the other",
	})
}

func (c planChecks) threadMethod(p Plan) {
	if p.TestLimitMethod.Value != "thread" || !isGrouped(p.Dist.Value) { // a serial plan has no dist mode
		return
	}
	c.pair(finding.Finding{
		Position: p.TestLimitMethod.Pos, Code: codeTimeLimit,
		Message: fmt.Sprintf("the method \"thread\" kills the worker, and the dist mode %q of %s does not survive that", p.Dist.Value, p.subject()),
		Related: []finding.Related{{Position: p.Dist.Pos, Message: fmt.Sprintf("the dist mode %q stands here", p.Dist.Value)}},
		Help:    `use the method "signal", or the dist mode "load"`,
	})
}

// subject names a plan in messages.
func (p Plan) subject() string {
	if p.AdHoc() {
		return fmt.Sprintf("backend %q", p.Backend)
	}
	return fmt.Sprintf("phase %q under backend %q", p.Phase, p.Backend)
}
