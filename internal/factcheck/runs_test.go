package factcheck

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"policygen/policy"
)

var update = flag.Bool("update", false, "write docs/facts.md anew")

// A run is what one release answered to the probe of one fact.
type run struct {
	fact, release string
	with          string // Python and the other packages
	what          string // the command
	answer        string // "holds", "doesn't hold", or why there is none
}

const runsFile = "testdata/runs.tsv"

// The answers to a probe. Any other text is the reason why there is none.
const (
	yes = "holds"
	no  = "doesn't hold"
)

func readRuns(t *testing.T) []run {
	t.Helper()
	content, err := os.ReadFile(runsFile)
	if err != nil {
		t.Fatal(err)
	}
	var runs []run
	for line := range strings.Lines(string(content)) {
		if c := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(c) == 5 {
			runs = append(runs, run{c[0], c[1], c[2], c[3], c[4]})
		}
	}
	return runs
}

// runsOf returns the runs of a fact in the order of the releases.
func runsOf(t *testing.T, f policy.Fact, runs []run) []run {
	t.Helper()
	var own []run
	for _, r := range runs {
		if r.fact == f.ID {
			own = append(own, r)
		}
	}
	slices.SortFunc(own, func(a, b run) int { return version(t, a.release).Compare(version(t, b.release)) })
	return own
}

// proved reports whether runs answered on all sides of a fact's interval.
func proved(t *testing.T, f policy.Fact, releases []string, runs []run) bool {
	t.Helper()
	all := sides(t, f, releases)
	for _, s := range all {
		if !slices.ContainsFunc(runs, func(r run) bool { return r.release == s.release && r.answer == want(s) }) {
			return false
		}
	}
	return len(all) > 0
}

func want(s side) string {
	if s.inside {
		return yes
	}
	return no
}
