package pins

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"policygen/internal/finding"
	"policygen/policy"
)

// workaroundPlan has two settings because of facts: dist because of both, the restart limit because of the first one.
func workaroundPlan(facts ...policy.Fact) policy.Plan {
	p := policy.Plan{Backend: "robin", Phase: "unit"}
	p.Dist = policy.Setting[string]{Value: "load", Layer: policy.ByBackend, Pos: at(30)}
	p.Restart = policy.Setting[int]{Value: 1000, Layer: policy.ByBackend, Pos: at(31)}
	p.Limit = policy.Setting[time.Duration]{Value: time.Minute, Layer: policy.ByPhase, Pos: at(32)}
	for i, f := range facts {
		r := policy.Reason{Fact: f, Settings: []string{"dist", "maxWorkerRestart"}[:2-min(i, 1)], Layer: policy.ByBackend, Pos: at(40 + i)}
		p.Because = append(p.Because, r)
	}
	return p
}

func TestWorkarounds(t *testing.T) {
	ended := fact("slow", "defect", "pytest-xdist", ">=2,<3.1.0", "workaround")
	open := fact("open", "defect", "pytest-xdist", ">=1.19", "workaround")
	for _, c := range []struct {
		name, files string
		facts       []policy.Fact
		review      string
		want        string // of each workaround
	}{
		{"needed", "-- requirements.txt --\npytest-xdist>=3.5\n", []policy.Fact{open}, "",
			"open since 1.19 needed: no release from 1.19 up to 3.8.0 is without the defect [requirements.txt:1:1]; --dist=load at 30, --max-worker-restart=1000 at 31"},
		{"fixed, and a site admits it", "-- requirements.txt --\npytest-xdist>=3.0\n", []policy.Fact{ended}, "",
			`slow since 2 needed: it is fixed, and 1 site still admits releases in ">=2,<3.1.0" [requirements.txt:1:1]; --dist=load at 30, --max-worker-restart=1000 at 31`},
		{"fixed, and a constraint keeps it out", "-- requirements.txt --\n-c c.txt\npytest-xdist>=3.0\n-- c.txt --\npytest-xdist>=3.1\n", []policy.Fact{ended}, "",
			`slow since 2 liftable: no site admits a release in ">=2,<3.1.0" []; --dist=load at 30, --max-worker-restart=1000 at 31`},
		{"liftable", "-- requirements.txt --\npytest-xdist>=3.5\n", []policy.Fact{ended}, "",
			`slow since 2 liftable: no site admits a release in ">=2,<3.1.0" []; --dist=load at 30, --max-worker-restart=1000 at 31`},
		{"beyond what was checked", "-- requirements.txt --\npytest-xdist==3.9.0\n", []policy.Fact{open}, "",
			"open since 1.19 unknown: what is pinned is newer than 3.8.0, the newest release that was checked [requirements.txt:1:1]; --dist=load at 30, --max-worker-restart=1000 at 31"},
		{"nothing pins it", "-- requirements.txt --\nother\n", []policy.Fact{ended}, "",
			`slow since 2 needed: nothing pins pytest-xdist, so releases in ">=2,<3.1.0" may run []; --dist=load at 30, --max-worker-restart=1000 at 31`},
		{"a line that another one needs", "-- requirements.txt --\npytest-xdist>=3.5\n", []policy.Fact{ended, open}, "",
			`slow since 2 liftable: no site admits a release in ">=2,<3.1.0" []; --dist=load at 30 kept by open, --max-worker-restart=1000 at 31` + "\n" +
				"open since 1.19 needed: no release from 1.19 up to 3.8.0 is without the defect [requirements.txt:1:1]; --dist=load at 30"},
		{"a review that is due", "-- requirements.txt --\npytest-xdist>=3.5\n", []policy.Fact{open}, "2026-01-31",
			"open since 1.19 needed: no release from 1.19 up to 3.8.0 is without the defect [requirements.txt:1:1]; --dist=load at 30, --max-worker-restart=1000 at 31, overdue"},
		{"a review to come", "-- requirements.txt --\npytest-xdist>=3.5\n", []policy.Fact{open}, "2026-02-01",
			"open since 1.19 needed: no release from 1.19 up to 3.8.0 is without the defect [requirements.txt:1:1]; --dist=load at 30, --max-worker-restart=1000 at 31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := workaroundPlan(c.facts...)
			plan.Because[0].Review = c.review
			in := input(c.files, c.facts, plan, plan)
			in.Today = "2026-02-01"
			var got []string
			for _, w := range Workarounds(in) {
				line := fmt.Sprintf("%s since %s %s: %s %v; ", w.Fact.ID, w.Since, w.State, w.Why, w.Sites)
				for i, cost := range w.Costs {
					if i > 0 {
						line += ", "
					}
					line += fmt.Sprintf("%s at %d", cost.Flag, cost.Pos.Line)
					if len(cost.KeptBy) > 0 {
						line += " kept by " + strings.Join(cost.KeptBy, ", ")
					}
				}
				if w.Overdue {
					line += ", overdue"
				}
				got = append(got, line)
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func TestWorkaroundFindings(t *testing.T) {
	ended := fact("slow", "defect", "pytest-xdist", ">=2,<3.1.0", "workaround")
	open := fact("open", "defect", "pytest-xdist", ">=1.19", "workaround")
	plan := workaroundPlan(ended, open)
	plan.Because[1].Review = "2025-12-31"
	in := input("-- requirements.txt --\npytest-xdist>=3.5\n", []policy.Fact{ended, open}, plan)
	in.Today = "2026-01-01"
	want := []string{
		`policygen.cue:40:1 note PIN009 the workaround for slow can be lifted: no site admits a release in ">=2,<3.1.0"`,
		`policygen.cue:41:1 note PIN009 the workaround for open was to be looked at by 2025-12-31`,
	}
	found := WorkaroundFindings(in)
	if got := told(nil, found); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if help := "delete policygen.cue:40:1 and policygen.cue:31:1 (maxWorkerRestart) from the policy"; found[0].Help != help {
		t.Errorf("%q, want %q", found[0].Help, help)
	}
	if all := Judge(in); !slices.ContainsFunc(all, func(f finding.Finding) bool { return f.Message == found[0].Message }) {
		t.Errorf("Judge does not tell it: %s", all)
	}
	in.Strict = true
	for _, f := range WorkaroundFindings(in) {
		if f.Severity != finding.Warning {
			t.Errorf("with --strict: %s", f)
		}
	}
}

func TestExplain(t *testing.T) {
	in := embedded(t, sparkless+"-- requirements.txt --\npytest-xdist==3.6.0\n-- fine.txt --\n-- requirements-b.txt --\npytest-xdist>=3.6.1,<3.8\n")
	e := Explain(in, "pytest-xdist")
	if e.Range != ">=3.6.1" || e.CheckedThrough != "3.8.0" || e.Divided {
		t.Errorf("%q, checked through %q, divided %v", e.Range, e.CheckedThrough, e.Divided)
	}
	var bounds, sites, workarounds []string
	for _, b := range e.Bounds {
		bounds = append(bounds, strings.TrimSpace(fmt.Sprintf("%s %s %s", b.Words, b.Fact, strings.Join(b.Backends, ","))))
	}
	for _, want := range []string{`">=3.6.1"  robin`, `">=3.2.1"`, `">=1.13" xdist-numprocesses-auto`, `"!=3.2.0" xdist-884`} {
		if !slices.Contains(bounds, want) {
			t.Errorf("no bound %q in %q", want, bounds)
		}
	}
	for _, s := range e.Sites {
		sites = append(sites, fmt.Sprintf("%s admits %q, unknown %v", s.Position, s.Bad, s.Unknown))
	}
	if want := []string{`pyproject.toml:9:6 admits "3.0.0, 3.6.0", unknown true`, `requirements-b.txt:1:1 admits "", unknown false`, `requirements.txt:1:1 admits "3.6.0", unknown false`}; !slices.Equal(sites, want) {
		t.Errorf("sites %q, want %q", sites, want)
	}
	for _, w := range e.Workarounds {
		workarounds = append(workarounds, w.Fact.ID)
	}
	if want := []string{"xdist-714", "xdist-1323"}; !slices.Equal(workarounds, want) {
		t.Errorf("workarounds %q, want %q", workarounds, want)
	}
	for _, f := range e.Facts {
		if f.ID == "xdist-714" || f.ID == "xdist-884" || f.Kind == "capability" {
			t.Errorf("%s is told twice", f.ID)
		}
	}
	if !Known(in, "pytest-xdist") || !Known(in, "pyspark") || Known(in, "nothing") {
		t.Error("what is known is wrong")
	}
}
