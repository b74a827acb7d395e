package diagnose

import (
	"fmt"
	"slices"
	"strings"
)

// lookers are what looks for causes in one run. They are asked in this order, so that a consequence can look at what came before it.
var lookers = [...]func(k *Knowledge, r *Run, found []Cause) []Cause{
	lookUsage, lookCollections, lookCrash, lookSerialCrash, lookInternal, lookHang, lookStopped, lookLoss, lookReleases,
}

// causes returns what went wrong in a run, the primary causes first.
func (k *Knowledge) causes(r *Run, number int) []Cause {
	var found []Cause
	for _, look := range lookers {
		found = append(found, look(k, r, found)...)
	}
	slices.SortStableFunc(found, func(a, b Cause) int { return strings.Compare(a.Rank, b.Rank) })
	for i := range found {
		found[i].Run = number
		if found[i].Evidence == nil {
			found[i].Evidence = []Evidence{}
		}
		slices.SortStableFunc(found[i].Evidence, func(a, b Evidence) int { return a.Line - b.Line })
		if len(found[i].Evidence) > maxEvidence {
			found[i].Evidence = found[i].Evidence[:maxEvidence]
		}
	}
	return found
}

const maxEvidence = 8

// hasPrimary reports whether something went wrong by itself.
func hasPrimary(found []Cause) bool {
	return slices.ContainsFunc(found, func(c Cause) bool { return c.Rank == Primary })
}

// rank is that of what mostly follows from something else.
func rank(found []Cause) string {
	if hasPrimary(found) {
		return Secondary
	}
	return Primary
}

// fromFact makes a cause of a fact.
func (k *Knowledge) fromFact(id string, r *Run, c Cause) Cause {
	f, ok := k.facts[id]
	if !ok {
		return c
	}
	c.Fact, c.Why, c.Source = id, f.Why, f.Source
	if c.Owner == "" {
		c.Owner = f.Owner
	}
	c.Certainty = holds(f, r).certainty(c.Certainty)
	if holds(f, r) == beyond {
		c.Why += fmt.Sprintf(" It was checked through %s %s; this run has %s.", f.Package, f.CheckedThrough, r.version(f.Package))
	}
	return c
}

// applies reports whether a fact can be about this run.
func (k *Knowledge) applies(id string, r *Run) bool {
	f, ok := k.facts[id]
	return ok && holds(f, r) != outside
}

func lookUsage(k *Knowledge, r *Run, _ []Cause) []Cause {
	if len(r.usage) == 0 {
		return nil
	}
	c := Cause{Rank: Primary, Certainty: Certain, Cause: "pytest refused its command line", Owner: "the command line, or addopts",
		Action: "correct the option; nothing was run", Evidence: r.usage}
	if strings.Contains(r.usage[0].Text, "please specify --tx") {
		c.Cause, c.Action = "--dist was given without -n", "pass -n as well, or take --dist out of addopts, or install pytest-xdist 3.1.0 or later"
		if k.applies("xdist-789", r) {
			c = k.fromFact("xdist-789", r, c)
		}
	}
	return []Cause{c}
}

func lookCollections(_ *Knowledge, r *Run, _ []Cause) []Cause {
	if len(r.differ) == 0 {
		return nil
	}
	return []Cause{{Rank: Primary, Certainty: Certain, Cause: "workers collected different tests, so nothing was run", Owner: "the project's tests",
		Why:      "pytest-xdist hands tests out by their number, so every worker must collect the same ones in the same order.",
		Action:   "make the tests' names and order the same in every process: sort what parametrize gets (sets, folders, databases), use no time, random number or id in a name; PYTHONHASHSEED=0 tells whether it is the order of a set",
		Evidence: r.differ}}
}
