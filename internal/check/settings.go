package check

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pytest"
	"policygen/internal/source"
	"policygen/policy"
)

// settingRules are about everything but the number of workers that a command line and its environment set.
func settingRules() []Rule {
	return []Rule{{
		Code: "PG205", Name: "another dist mode", Severity: finding.Error, Since: "0.1.0", Fixable: true,
		Summary: "tests run in parallel with another --dist mode than the policy's, or with none where the policy has one",
		Why: "Tests that share state in a file only pass where loadfile keeps them together, and a backend that crashes only survives where " +
			"nothing groups them. Without --dist pytest-xdist takes load.",
		find: otherDist,
	}, {
		Code: "PG206", Name: "a serial fallback that is none", Severity: finding.Error, Since: "0.1.0",
		Summary: "a script leaves -n out where pytest-xdist is missing, but the configuration passes -n all the same, or the script can't tell",
		Why: "addopts with -n is a usage error where pytest-xdist is not installed, so the fallback can't run; where it is installed and only " +
			"the probe failed, the run is parallel, with the configuration's worker count and not with none. -p no:xdist or -n 0 says serial. A probe that imports pytest_xdist, the " +
			"distribution, and not xdist, the module, always takes the fallback.",
		find: falseFallback,
	}, {
		Code: "PG207", Name: "an environment variable is missing or different", Severity: finding.Warning, Since: "0.1.0",
		Summary: "a script, a target or a CI step runs tests without a variable that the policy sets, or with another value",
		Why:     "Results then differ from place to place, as with a time zone that only CI sets.",
		find:    otherEnv,
	}, {
		Code: "PG208", Name: "half a backend", Severity: finding.Error, Since: "0.1.0",
		Summary: "some of the variables that choose or make a backend are set, others say something else",
		Why: "Fixtures that read one variable and a wrapper that reads another then disagree: the tests run against one backend with the " +
			"settings, and under the name, of another.",
		find: halfBackend,
	}, {
		Code: "PG215", Name: "a workaround is absent", Severity: finding.Error, Since: "0.1.0", Fixable: true,
		Summary: "a known defect applies to how these tests run, and the setting that the policy works around it with is not there",
		Why: "The policy names the defect and the setting. Without it this command runs into what has been found out already, such as " +
			"the KeyError of pytest-xdist that hides which tests crashed.",
		find: noWorkaround,
	}}
}

// parallel reports whether a start has workers, as far as anybody can tell.
func (j judged) parallel() bool {
	return j.Settings.Workers.Text != "0" && j.Settings.Workers.Text != ""
}

// speaksOfWorkers reports whether the command line itself, and not only the configuration behind it, asks for workers or a mode.
func (j judged) speaksOfWorkers() bool {
	return j.Settings.Workers.From == pytest.CommandLine || j.Settings.Workers.From == pytest.AddoptsEnv || j.Settings.Dist.From == pytest.CommandLine
}

// differingDist returns the plan whose dist mode a parallel start does not have.
func (j judged) differingDist() (differing policy.Plan, differs bool) {
	d := j.Settings.Dist
	if j.Wrapper != "" || !j.parallel() || !j.speaksOfWorkers() || len(d.Unknown) > 0 || len(j.Settings.Open) > 0 && j.withoutDist() {
		return policy.Plan{}, false
	}
	for _, p := range j.plans {
		switch {
		case p.Serial.Value:
		case !p.Dist.IsSet() || p.Dist.Value == d.Text:
			return policy.Plan{}, false // one that fits is enough
		default:
			differing, differs = p, true
		}
	}
	return differing, differs
}

// policyDist is the choice of the dist mode that the policy has for a start with another one.
func policyDist(j judged) (value pytest.Value, want string, ok bool) {
	p, differs := j.differingDist()
	return j.Settings.Dist, p.Dist.Value, differs
}

// withoutDist reports whether the mode is what pytest-xdist makes of -n alone.
func (j judged) withoutDist() bool {
	d, n := j.Settings.Dist, j.Settings.NumProcesses
	return d.From == pytest.Default || d.Text == "load" && d.From == n.From && d.Pos == n.Pos
}

// grounds returns the facts that the dist mode of a plan exists for. A reason without settings is one for all beside it.
func grounds(p policy.Plan) (list []policy.Reason) {
	for _, r := range p.Because {
		if slices.Contains(r.Settings, "dist") || len(r.Settings) == 0 && r.Layer == p.Dist.Layer {
			list = append(list, r)
		}
	}
	return list
}

func otherDist(c *context) (found finding.List) {
	for _, j := range c.starts {
		p, differs := j.differingDist()
		if !differs || absentWorkaround(j, p) {
			continue
		}
		f := finding.Finding{
			Position: placeOf(j, j.Settings.Dist), Message: distMessage(j, p), Help: "pass --dist " + p.Dist.Value,
			Related: append(policySays(p.Dist.Pos, "the policy's mode stands here"), j.from()...), Fixes: c.literally(j, policyDist, "--dist"),
		}
		if j.Kind.Shown() {
			f.Severity = finding.Warning
		}
		found = append(found, f)
	}
	return distinct(append(found, suiteDist(c)...))
}

// suiteDist finds a configuration that brings workers to every pytest that says nothing of them, and leaves the mode to be load where the
// policy has another one for the backend that everybody gets.
func suiteDist(c *context) (found finding.List) {
	j := judged{Start: observe.Start{Settings: c.suite}, backend: c.Policy.DefaultBackend.Value}
	if !j.byConfig() || !j.parallel() || !j.withoutDist() {
		return nil
	}
	for _, p := range c.adHoc(j.backend) {
		if p.Dist.IsSet() && p.Dist.Value != "load" && !p.Serial.Value {
			found = append(found, finding.Finding{
				Position: j.Settings.NumProcesses.Pos, Message: distMessage(j, p), Help: "add --dist " + p.Dist.Value + ", or take -n out of the configuration",
				Related: policySays(p.Dist.Pos, "the policy's mode stands here"),
			})
		}
	}
	return found
}

func distMessage(j judged, p policy.Plan) string {
	if j.withoutDist() {
		return fmt.Sprintf("%s without --dist, which means load; the policy has %s for backend %q", many(j.Settings.Workers.Text), p.Dist.Value, j.backend)
	}
	return fmt.Sprintf("--dist %s; the policy has %s for backend %q", j.Settings.Dist.Text, p.Dist.Value, j.backend)
}

func grouped(dist string) bool { return strings.HasPrefix(dist, "load") && dist != "load" }

// absentWorkaround reports whether a mode that differs is one that the policy's own mode works around.
func absentWorkaround(j judged, p policy.Plan) bool {
	return grouped(j.Settings.Dist.Text) && j.Settings.MaxWorkerRestart.Text != "0" && len(grounds(p)) > 0
}

func noWorkaround(c *context) (found finding.List) {
	for _, j := range c.starts {
		p, differs := j.differingDist()
		if !differs || !absentWorkaround(j, p) {
			continue
		}
		reasons := grounds(p)
		f := finding.Finding{
			Position: placeOf(j, j.Settings.Dist), Severity: j.mildest(),
			Message: fmt.Sprintf("--dist %s with workers under backend %q runs into %s", j.Settings.Dist.Text, j.backend, factNames(reasons)),
			Help:    "pass --dist " + p.Dist.Value + ", as the policy does", Fixes: c.literally(j, policyDist, "--dist"),
		}
		for _, r := range reasons {
			f.Related = append(f.Related, finding.Related{Position: r.Pos, Message: r.Fact.ID + ": " + r.Fact.Why})
		}
		f.Related = append(f.Related, j.from()...)
		found = append(found, f)
	}
	return distinct(found)
}

func factNames(reasons []policy.Reason) string {
	names := make([]string, len(reasons))
	for i, r := range reasons {
		names[i] = r.Fact.ID
	}
	return strings.Join(names, " and ")
}

func falseFallback(c *context) (found finding.List) {
	for _, j := range c.scenarios {
		if j.Input != noXdist || !j.byConfig() || !c.instead(j) {
			continue
		}
		n := j.Settings.NumProcesses
		found = append(found, finding.Finding{
			Position: j.Pytest(), Message: "without pytest-xdist this command has no -n, but the configuration brings -n " + n.Text,
			Help:    "take -n out of the configuration, or pass -o addopts= here",
			Related: []finding.Related{{Position: n.Pos, Message: "-n stands here"}},
		})
	}
	return distinct(append(found, c.vainProbes()...))
}

var vainProbe = regexp.MustCompile(`\b(?:import|from)[ \t]+(pytest_xdist)\b`)

// vainProbes finds scripts that look for pytest-xdist under the name of its distribution. Its module is xdist, so they never find it.
func (c *context) vainProbes() (found finding.List) {
	for _, j := range c.starts {
		if j.Kind != observe.Script || !j.direct() {
			continue
		}
		text, err := fs.ReadFile(c.Files, j.File)
		if m := vainProbe.FindSubmatchIndex(text); err == nil && m != nil {
			found = append(found, finding.Finding{
				Position: source.NewText(j.File, text).At(m[2]), Message: "there is no module pytest_xdist, so this never finds pytest-xdist, and tests run as if it were missing",
				Help: "import xdist", Related: []finding.Related{{Position: j.Pytest(), Message: "pytest is started here"}},
			})
		}
	}
	return distinct(found)
}

// instead reports whether a command of a script stands in for one with an -n of its own, which runs where pytest-xdist is there.
func (c *context) instead(j judged) bool {
	parallel := false
	for _, s := range c.starts {
		if s.File != j.File || !s.Certain {
			continue
		}
		if s.Pytest() == j.Pytest() && slices.EqualFunc(s.Argv, j.Argv, func(a, b pytest.Word) bool { return a.Text == b.Text }) {
			return false // it runs all the same
		}
		parallel = parallel || s.Settings.Workers.From == pytest.CommandLine
	}
	return parallel
}
