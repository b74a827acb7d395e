package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"policygen/internal/finding"
)

// reasonsOf returns the reasons of a plan as "fact from layer".
func reasonsOf(p Plan) string {
	var all []string
	for _, r := range p.Because {
		all = append(all, fmt.Sprintf("%s from %s", r.Fact.ID, r.Layer))
	}
	return strings.Join(all, ", ")
}

// reasonsIn returns the reasons of the plan that settings make, none where the policy is refused because a reason has no effect in any plan.
func reasonsIn(t *testing.T, backend, phase, bound string) string {
	t.Helper()
	p, err := loadPlanOf(t, "", backend, phase, bound)
	var found finding.List
	if errors.As(err, &found) && !slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Code != codeReason }) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return reasonsOf(findPlan(t, p, "b", "p", WholePhase))
}

// because returns a reason for some settings, for all beside it where none are named.
func because(names ...string) string {
	if len(names) == 0 {
		return `, because: "xdist-714": {}`
	}
	return fmt.Sprintf(`, because: "xdist-714": settings: ["%s"]`, strings.Join(names, `", "`))
}

// TestReasonsHoldWhereTheirSettingsDo states a reason in the backend, whose settings the phase overrides or does not use.
func TestReasonsHoldWhereTheirSettingsDo(t *testing.T) {
	const kept = "xdist-714 from backend"
	for _, c := range []struct{ name, backend, phase, want string }{
		{"nothing overrides it", `dist: "loadfile"` + because("dist"), "", kept},
		{"overridden", `dist: "loadfile"` + because("dist"), `dist: "load"`, ""},
		{"overridden with the same value", `dist: "load"` + because("dist"), `dist: "load"`, ""},
		{"serial: dist", `dist: "loadfile"` + because("dist"), "serial: true", ""},
		{"serial: restarts", `maxWorkerRestart: 2` + because("maxWorkerRestart"), "serial: true", ""},
		{"serial: workers", `workers: {default: 2, max: 4, beyond: flag: "clamp"}` + because("workers"), "serial: true", ""},
		{"serial: an environment variable stays", `dist: "load", env: A: "1"` + because("dist", "env"), "serial: true", kept},
		{"one of two", `dist: "load", maxWorkerRestart: 2` + because("dist", "maxWorkerRestart"), `dist: "loadfile"`, kept},
		{"both of two", `dist: "load", maxWorkerRestart: 2` + because("dist", "maxWorkerRestart"), `dist: "loadfile", maxWorkerRestart: 0`, ""},
		{"what it doesn't name stays in force", `dist: "load", timeout: "1h"` + because("dist"), `dist: "loadfile"`, ""},

		{"workers.default", `workers: default: 2` + because("workers.default"), "workers: default: 3", ""},
		{"workers.default against detect", `workers: default: 2` + because("workers.default"), `workers: detect: "auto"`, ""},
		{"workers.detect", `workers: detect: "auto"` + because("workers.detect"), "", kept},
		{"workers.default is overridden, workers.max is not", `workers: {default: 2, max: 4}` + because("workers"), "workers: default: 3", kept},
		{"workers.max against a greater one", `workers: max: 4` + because("workers.max"), "workers: max: 8", kept},
		{"workers.max against an equal one", `workers: max: 4` + because("workers.max"), "workers: max: 4", ""},
		{"workers.max against a smaller one", `workers: max: 4` + because("workers.max"), "workers: max: 3", ""},
		{"workers.beyond", `workers: {max: 4, beyond: flag: "clamp"}` + because("workers.beyond"), `workers: beyond: env: "refuse"`, kept},
		{"workers.beyond.flag", `workers: {max: 4, beyond: {flag: "clamp", env: "warn"}}` + because("workers.beyond.flag"), `workers: beyond: flag: "warn"`, ""},
		{"workers.beyond without a cap", `workers: beyond: flag: "clamp"` + because("workers.beyond"), "", ""},

		{"timeout", `timeout: "1h"` + because("timeout"), `timeout: "2h"`, ""},
		{"testTimeout.limit", `testTimeout: {limit: "1s", method: "thread"}` + because("testTimeout.limit"), `testTimeout: limit: "2s"`, ""},
		{"testTimeout", `testTimeout: {limit: "1s", method: "thread"}` + because("testTimeout"), `testTimeout: limit: "2s"`, kept},
		{"a method without a limit", `testTimeout: method: "thread"` + because("testTimeout"), "", ""},
		{"faulthandlerTimeout", `faulthandlerTimeout: "9s"` + because("faulthandlerTimeout"), `faulthandlerTimeout: "8s"`, ""},
		{"env", `env: {A: "1", B: "1"}` + because("env"), `env: A: "2"`, kept},
		{"env.A", `env: {A: "1", B: "1"}` + because("env.A"), `env: A: "2"`, ""},
		{"envDefault against env", `envDefault: A: "1"` + because("envDefault"), `env: A: "2"`, ""},
		{"unset", `unset: ["A", "B"]` + because("unset"), `env: A: "2"`, kept},
		{"unset overridden", `unset: ["A"]` + because("unset"), `env: A: "2"`, ""},
		{"args add up", `args: ["-v"]` + because("args"), `args: ["-v"]`, kept},

		{"requires", `requires: robin: {range: ">=1", why: "x"}` + because("requires"), "", kept},
		{"all, and one is left", `dist: "load", timeout: "1h"` + because(), `dist: "loadfile"`, kept},
		{"all, and none is left", `dist: "load", timeout: "1h"` + because(), `dist: "loadfile", timeout: "2h"`, ""},
		{"all of a serial phase", `dist: "load", maxWorkerRestart: 2` + because(), "serial: true", ""},
		{"all, which is a title and a range", `title: "x", requires: robin: {range: ">=1", why: "x"}` + because(), "", ""},
	} {
		if got := reasonsIn(t, c.backend, c.phase, ""); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestReasonsOfPhases states reasons beside what only a phase has, and in two layers.
func TestReasonsOfPhases(t *testing.T) {
	for _, c := range []struct{ name, backend, phase, bound, want string }{
		{"serial", "", "serial: true" + because("serial"), "", "xdist-714 from phase"},
		{"all, and serial is one", "", "serial: true" + because(), "", "xdist-714 from phase"},
		{"paths alone", "", `env: A: "1"` + because(), `env: A: "2"`, ""},
		{"a narrower reason that doesn't hold hides no wider one", `dist: "load"` + because("dist"), `timeout: "1h"` + because("timeout"), `timeout: "2h"`, "xdist-714 from backend"},
		{"of two that hold the narrower one", `dist: "load"` + because("dist"), `timeout: "1h"` + because("timeout"), "", "xdist-714 from phase"},
	} {
		if got := reasonsIn(t, c.backend, c.phase, c.bound); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestReasonsOfHalvesAndAdHoc: the serial half has no dist, and the ad-hoc plan has the limit of a phase.
func TestReasonsOfHalvesAndAdHoc(t *testing.T) {
	p, err := loadText(t, `policy: {
		project: "demo", defaults: backend: "b"
		backends: b: {
			dist: "load", timeout: "1h"
			because: {"xdist-714": settings: ["dist"], "pytest-slow": settings: ["timeout"]}
		}
		facts: "pytest-slow": {
			package: "pytest", kind: "defect", in: ">=1", checkedThrough: "9.0.0", why: "Slow.", source: ["x"], verified: "tested", severity: "note"
		}
		phases: {p: {paths: ["tests"], timeout: "2h", serialMarker: "alone"}, q: paths: ["q"]}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		phase string
		half  Half
		want  string
	}{
		{"q", WholePhase, "pytest-slow from backend, xdist-714 from backend"}, {"p", ParallelHalf, "xdist-714 from backend"}, {"p", SerialHalf, ""}, {"", WholePhase, "xdist-714 from backend"},
	} {
		if got := reasonsOf(findPlan(t, p, "b", c.phase, c.half)); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.phase, c.half, got, c.want)
		}
	}
}

// TestSharedValueIsTheLayersOwn: two layers refer to one value, and the reason of the wider one doesn't hold.
func TestSharedValueIsTheLayersOwn(t *testing.T) {
	p, err := loadText(t, `
_shared: {dist: "load"}
policy: {
	project: "demo", defaults: backend: "b"
	backends: b: _shared & {because: "xdist-714": settings: ["dist"]}
	phases: {p: _shared & {paths: ["tests"]}, q: paths: ["q"]}
}`)
	if err != nil {
		t.Fatal(err)
	}
	for phase, want := range map[string]string{"p": "", "q": "xdist-714 from backend"} {
		if got := reasonsOf(findPlan(t, p, "b", phase, WholePhase)); got != want {
			t.Errorf("%s: got %q, want %q", phase, got, want)
		}
	}
}
