// Package check holds what a repository does against what its policy says.
//
// It takes values and returns findings: the starts of pytest that were observed, the statuses of the rendered files and the
// files that there are, set against the plans of the policy. Each kind of finding is a [Rule]; [Rules] has them all with what
// they are good for, and `policygen explain CODE` and docs/rules.md are made from the same records.
package check

import (
	"cmp"
	"io/fs"
	"slices"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pytest"
	"policygen/internal/worktree"
	"policygen/policy"
)

// An Input is all that a check looks at.
type Input struct {
	Policy   *policy.Policy // nil where the project has none; then only what can't be read is found
	Plans    []policy.Plan
	Observed observe.Report    // with the inputs of [Inputs]
	Changes  []worktree.Change // the verdicts on rendered files
	Pins     finding.List      // the verdicts on pinned versions, see package pins
	Files    fs.FS             // the repository
	Strict   bool              // report what is unknown too
	Render   string            // the command that renders the policy, for help; "policygen render" where it is empty
	Codes    Codes             // that are asked for
}

// Run returns the findings in the order of their places, under the repository's own names of files. Those that a comment
// suppresses have their Suppression set.
func Run(in Input) finding.List {
	c := newContext(in, 0)
	all := c.findings()
	if c.meanings > 0 {
		all = append(all, c.whateverIsMeant(all)...)
	}
	for _, f := range in.Pins {
		if in.Codes.has(f.Code) {
			all = append(all, f)
		}
	}
	return c.suppress(all.Sorted()).Sorted()
}

// findings returns what the rules find.
func (c *context) findings() (all finding.List) {
	for _, r := range Rules() {
		if r.find == nil || c.Policy == nil && !r.always || !c.Codes.has(r.Code) {
			continue
		}
		for _, f := range r.find(c) {
			f.Code, f.Severity = r.Code, milder(f.Severity, r.Severity)
			all = append(all, f)
		}
	}
	return all
}

// milder returns the milder of a finding's own severity and its rule's: a rule says how bad it can be.
func milder(own, rule finding.Severity) finding.Severity { return max(own, rule) }

// A context is the input with what several rules ask of it.
type context struct {
	Input
	suite     pytest.Settings      // of pytest without a word, in the root
	starts    []judged             // those that run tests, but not the ones within rendered files
	scenarios []judged             // the same for scripts with an input
	idle      []observe.Start      // those that run no tests, such as with --collect-only
	wrapper   string               // path of the rendered wrapper; empty without one
	meaning   int                  // which of its backends a command is taken to mean that may mean several, from 1 on; 0 for none
	meanings  int                  // how many backends a command may mean at most; 0 where none may mean several
	sections  map[string][]section // of the pages that were looked at, by their names
}

// A judged is a start with what the policy says of it.
type judged struct {
	observe.Start
	backend string        // that the tests run against; empty where that depends on something unknown
	named   bool          // the command says so itself
	plans   []policy.Plan // of the phases that it runs, or the ad-hoc plan
	phases  []string      // the phases that it runs all or a part of, and nothing else
	covers  []string      // the phases that it runs all of, beside other things: its paths hold theirs, and its markers are theirs or none
	touches []string      // the same, but markers may choose a part of them
}

func newContext(in Input, meaning int) *context {
	c := &context{Input: in, meaning: meaning, sections: map[string][]section{}, suite: pytest.Resolve(pytest.Invocation{Dir: "."}, in.Files, pytest.Releases{})}
	if in.Policy == nil {
		return c
	}
	rendered := map[string]bool{}
	for _, t := range in.Policy.Targets {
		if t.Kind == "wrapper" {
			c.wrapper = t.Path
		}
		foreign := func(ch worktree.Change) bool { return ch.Path == t.Path && ch.Status == worktree.Foreign }
		rendered[t.Path] = len(t.Blocks) == 0 && !slices.ContainsFunc(in.Changes, foreign)
	}
	for _, s := range in.Observed.Starts {
		if rendered[s.File] && s.Wrapper == "" || c.elsewhere(s) {
			continue
		}
		if !runsTests(s) {
			c.idle = append(c.idle, s)
		} else if j := c.judge(s); s.Input == "" {
			c.starts = append(c.starts, j)
		} else {
			c.scenarios = append(c.scenarios, j)
		}
	}
	return c
}

// runsTests reports whether tests run. A rendered wrapper tells about itself with the options that are left out here.
func runsTests(s observe.Start) bool {
	if s.Wrapper == "" {
		return s.Settings.RunsTests
	}
	return !slices.ContainsFunc(s.Argv, func(w pytest.Word) bool {
		return slices.Contains([]string{"--help", "-h", "--list", "--dry-run", "--policy-version", "--print-config", "--verify"}, w.Text)
	})
}

// once keeps one finding of those that say the same of a place.
func once(found finding.List) finding.List {
	return slices.CompactFunc(found, func(a, b finding.Finding) bool { return a.Position == b.Position && a.Message == b.Message })
}

// distinct keeps one finding for each place, the worst: a command that is reached in several ways says the same thing several times.
func distinct(found finding.List) finding.List {
	slices.SortStableFunc(found, func(a, b finding.Finding) int {
		return cmp.Or(a.Position.Compare(b.Position), cmp.Compare(a.Severity, b.Severity))
	})
	return slices.CompactFunc(found, func(a, b finding.Finding) bool { return a.Position == b.Position })
}
