//go:build unix

package factcheck

import (
	"os/exec"
	"strings"
	"testing"

	"policygen/internal/testrun"
	"policygen/policy"
)

// TestReleasesAtHand asks the releases that the other tests run with about every capability that one of the two environments has
// and the other hasn't.
func TestReleasesAtHand(t *testing.T) {
	newest, older := atHand(t, testrun.Newest), atHand(t, testrun.Older)
	asked := 0
	for _, f := range facts(t) {
		p, ok := probeOf(f)
		if f.Kind != "capability" || !ok || newest.releases[f.Package] == "" || older.releases[f.Package] == "" {
			continue
		}
		in := setOf(t, f.In)
		now, before := in.Contains(version(t, newest.releases[f.Package])), in.Contains(version(t, older.releases[f.Package]))
		if now == before {
			continue
		}
		asked++
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			newest.check(t, f, p, now)
			older.check(t, f, p, before)
		})
	}
	if asked < 5 {
		t.Errorf("the two environments differ in %d capabilities only", asked)
	}
}

// A surrounding is an interpreter and the releases that it has.
type surrounding struct {
	python   string
	releases map[string]string
}

func atHand(t *testing.T, variable string) surrounding {
	t.Helper()
	python := testrun.Python(t, variable)
	out, err := exec.Command(python, "-c", "import importlib.metadata as m\nfor d in m.distributions(): print(d.metadata['Name'], d.version)").Output()
	if err != nil {
		t.Fatal(err)
	}
	s := surrounding{python, map[string]string{}}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) == 2 {
			s.releases[words[0]] = words[1]
		}
	}
	return s
}

func (s surrounding) check(t *testing.T, f policy.Fact, p probe, inside bool) {
	t.Helper()
	release := s.releases[f.Package]
	if answer := p.ask(t, s.python, []string{"-m", "pytest"}, nil); answer != want(side{release, inside}) {
		t.Errorf("%s, %s: with %s %s it %s (%s)", f.ID, f.In, f.Package, release, answer, p)
	}
}

// TestRunsAreOfTheseProbes: a probe that has been changed since its runs is to be run again.
func TestRunsAreOfTheseProbes(t *testing.T) {
	runs := readRuns(t)
	for _, f := range facts(t) {
		if p, ok := probeOf(f); ok {
			for _, r := range runsOf(t, f, runs) {
				if r.what != p.String() {
					t.Errorf("%s ran as %q with %s and is %q now; run scripts/verify-facts '^%s$'", f.ID, r.what, r.release, p, f.ID)
				}
			}
		}
	}
}
