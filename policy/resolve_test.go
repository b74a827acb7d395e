package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// loadText loads a policy of one file.
func loadText(t testing.TB, text string) (*Policy, error) {
	t.Helper()
	return testLoader(t).load([]Source{{Name: "policygen.cue", Text: []byte(text)}}, testTool)
}

// planOf returns the plan of backend b and phase p of a policy with these settings, and fails where it doesn't load.
func planOf(t *testing.T, defaults, backend, phase, bound string) Plan {
	t.Helper()
	p, err := loadPlanOf(t, defaults, backend, phase, bound)
	if err != nil {
		t.Fatal(err)
	}
	return findPlan(t, p, "b", "p", WholePhase)
}

func loadPlanOf(t *testing.T, defaults, backend, phase, bound string) (*Policy, error) {
	t.Helper()
	return loadText(t, fmt.Sprintf(`policy: {
		project: "demo"
		defaults: {
			backend: "b"
			%[1]s
		}
		backends: b: {%[2]s}
		backends: other: {}
		phases: p: {
			paths: ["tests"]
			backends: b: {%[4]s}
			%[3]s
		}
	}`, defaults, backend, phase, bound))
}

func findPlan(t *testing.T, p *Policy, backend, phase string, half Half) Plan {
	t.Helper()
	plans, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(plans, func(x Plan) bool { return x.Backend == backend && x.Phase == phase && x.Half == half })
	if i < 0 {
		t.Fatalf("no plan for %s/%s/%s", backend, phase, half)
	}
	return plans[i]
}

// TestPrecedence states each setting in every combination of layers, each layer with a value of its own.
func TestPrecedence(t *testing.T) {
	settings := []struct {
		name   string
		values [4]string // of defaults, backend, phase and phase for the backend
		get    func(Plan) (value string, from Layer)
	}{
		{"workers: default: %s", [4]string{"1", "2", "3", "4"}, func(p Plan) (string, Layer) { return p.Workers.Value, p.Workers.Layer }},
		{`workers: detect: %s`, [4]string{`"auto"`, `"logical"`, `"auto"`, `"logical"`}, func(p Plan) (string, Layer) { return quote(p.Workers.Value), p.Workers.Layer }},
		{"workers: {max: 9, beyond: flag: %s}", [4]string{`"warn"`, `"clamp"`, `"refuse"`, `"warn"`}, func(p Plan) (string, Layer) { return quote(string(p.BeyondFlag.Value)), p.BeyondFlag.Layer }},
		{"workers: {max: 9, beyond: env: %s}", [4]string{`"warn"`, `"clamp"`, `"refuse"`, `"warn"`}, func(p Plan) (string, Layer) { return quote(string(p.BeyondEnv.Value)), p.BeyondEnv.Layer }},
		{"dist: %s", [4]string{`"load"`, `"loadfile"`, `"worksteal"`, `"loadgroup"`}, func(p Plan) (string, Layer) { return quote(p.Dist.Value), p.Dist.Layer }},
		{"maxWorkerRestart: %s", [4]string{"0", "2", "3", "4"}, func(p Plan) (string, Layer) { return fmt.Sprint(p.Restart.Value), p.Restart.Layer }},
		{"timeout: %s", [4]string{`"1h"`, `"2m"`, `"90s"`, `"1.5h"`}, func(p Plan) (string, Layer) { return quote(shortest(p.Limit.Value)), p.Limit.Layer }},
		{"testTimeout: limit: %s", [4]string{`"1s"`, `"2s"`, `"3s"`, `"4s"`}, func(p Plan) (string, Layer) { return quote(shortest(p.TestLimit.Value)), p.TestLimit.Layer }},
		{"testTimeout: {limit: \"1s\", method: %s}", [4]string{`"thread"`, `"signal"`, `"thread"`, `"signal"`}, func(p Plan) (string, Layer) { return quote(p.TestLimitMethod.Value), p.TestLimitMethod.Layer }},
		{"faulthandlerTimeout: %s", [4]string{`"1s"`, `"2s"`, `"3s"`, `"4s"`}, func(p Plan) (string, Layer) {
			return quote(shortest(p.FaulthandlerAfter.Value)), p.FaulthandlerAfter.Layer
		}},
		{"env: A: %s", [4]string{`"1"`, `"2"`, `"3"`, `"4"`}, func(p Plan) (string, Layer) { return quote(p.Env[0].Value), p.Env[0].Layer }},
		{"dist: \"load\", because: \"xdist-714\": why: %s", [4]string{`"1"`, `"2"`, `"3"`, `"4"`}, func(p Plan) (string, Layer) { return quote(p.Because[0].Why), p.Because[0].Layer }},
	}
	layers := [4]Layer{Defaults, ByBackend, ByPhase, ByPhaseBackend}
	for _, s := range settings {
		for present := 1; present < 16; present++ {
			var text [4]string
			want, from := "", BuiltIn
			for i := range layers {
				if present&(1<<i) != 0 {
					text[i], want, from = fmt.Sprintf(s.name, s.values[i]), s.values[i], layers[i]
				}
			}
			p := planOf(t, text[0], text[1], text[2], text[3])
			if value, layer := s.get(p); value != want || layer != from {
				t.Errorf("%s in layers %04b: got %s from %s, want %s from %s", s.name, present, value, layer, want, from)
			}
		}
	}
}

// shortest spells a duration as the table of TestPrecedence does.
func shortest(d time.Duration) string {
	for _, text := range []string{"1h", "2m", "90s", "1.5h", "1s", "2s", "3s", "4s"} {
		if known, _ := time.ParseDuration(text); known == d {
			return text
		}
	}
	return d.String()
}

func TestCapIsTheSmallest(t *testing.T) {
	layers := [4]Layer{Defaults, ByBackend, ByPhase, ByPhaseBackend}
	for smallest := range layers {
		caps := [4]string{"workers: max: 8", "workers: max: 8", "workers: max: 8", "workers: max: 8"}
		caps[smallest] = "workers: max: 3"
		p := planOf(t, caps[0], caps[1], caps[2], caps[3])
		if p.Cap.Value != 3 || p.Cap.Layer != layers[smallest] {
			t.Errorf("cap %d from %s, want 3 from %s", p.Cap.Value, p.Cap.Layer, layers[smallest])
		}
	}
	if p := planOf(t, "workers: max: 8", "workers: max: 3", "workers: max: 3", "workers: max: 9"); p.Cap.Layer != ByPhase {
		t.Errorf("of two equal caps, that of the layer %s was taken", p.Cap.Layer)
	}
	if p := planOf(t, "", "", "", ""); p.Cap.IsSet() || p.BeyondFlag.IsSet() || p.BeyondEnv.IsSet() {
		t.Errorf("a cap of %d where the policy has none", p.Cap.Value)
	}
}

func TestBuiltIns(t *testing.T) {
	p := planOf(t, "", "", "workers: max: 4, testTimeout: limit: \"1s\"", "")
	for _, s := range []struct{ name, got, want string }{
		{"workers", p.Workers.Value + " " + string(p.Workers.Layer), "0 built-in"},
		{"beyond flag", string(p.BeyondFlag.Value) + " " + string(p.BeyondFlag.Layer), "warn built-in"},
		{"beyond env", string(p.BeyondEnv.Value) + " " + string(p.BeyondEnv.Layer), "clamp built-in"},
		{"method", p.TestLimitMethod.Value + " " + string(p.TestLimitMethod.Layer), "signal built-in"},
		{"required", fmt.Sprint(p.Required.Value, " ", p.Required.Layer), "true built-in"},
		{"dist", fmt.Sprint(p.Dist.IsSet()), "false"},
		{"restart", fmt.Sprint(p.Restart.IsSet()), "false"},
		{"limit", fmt.Sprint(p.Limit.IsSet()), "false"},
		{"allow empty", fmt.Sprint(p.AllowEmpty.Value), "false"},
	} {
		if s.got != s.want {
			t.Errorf("%s: got %s, want %s", s.name, s.got, s.want)
		}
	}
}

func TestGroupedDistIsNotRestarted(t *testing.T) {
	for dist, want := range map[string]string{"load": "false 0", "worksteal": "false 0", "loadfile": "true 0", "loadscope": "true 0", "loadgroup": "true 0"} {
		p := planOf(t, fmt.Sprintf("dist: %q", dist), "", "", "")
		if got := fmt.Sprint(p.Restart.IsSet(), p.Restart.Value); got != want {
			t.Errorf("%s: restart %s, want %s", dist, got, want)
		}
	}
	if p := planOf(t, `dist: "loadfile"`, "maxWorkerRestart: 5", "", ""); p.Restart.Value != 5 {
		t.Errorf("a stated restart of 5 became %d", p.Restart.Value)
	}
}

func TestSerialPhase(t *testing.T) {
	p := planOf(t, `workers: {default: 8, max: 8}, dist: "loadfile"`, "", "serial: true", "")
	if !p.Serial.Value || p.Workers.Value != "0" || p.Workers.Layer != ByPhase || p.Workers.Pos != p.Serial.Pos {
		t.Errorf("workers %+v, serial %+v", p.Workers, p.Serial)
	}
	if p.Dist.IsSet() || p.Cap.IsSet() || p.Restart.IsSet() {
		t.Error("a serial plan has worker settings")
	}
	// The default of 8 is over the cap of 4, but no plan uses it.
	planOf(t, "workers: default: 8", "workers: max: 4", "serial: true", "workers: default: 2")
}

func TestSerialMarker(t *testing.T) {
	for _, c := range []struct{ markers, parallel, serial string }{
		{"", "not (alone)", "alone"},
		{`markers: "fast or new"`, "(fast or new) and not (alone)", "(fast or new) and (alone)"},
	} {
		p, err := loadText(t, fmt.Sprintf(`policy: {
			project: "demo", defaults: {backend: "b", workers: default: 2}, backends: b: {}
			phases: p: {paths: ["tests"], serialMarker: "alone", %s}
		}`, c.markers))
		if err != nil {
			t.Fatal(err)
		}
		parallel, serial := findPlan(t, p, "b", "p", ParallelHalf), findPlan(t, p, "b", "p", SerialHalf)
		if parallel.Markers.Value != c.parallel || serial.Markers.Value != c.serial {
			t.Errorf("markers %q and %q, want %q and %q", parallel.Markers.Value, serial.Markers.Value, c.parallel, c.serial)
		}
		if parallel.Serial.Value || !serial.Serial.Value || serial.Workers.Value != "0" || parallel.Workers.Value != "2" {
			t.Errorf("workers %s and %s", parallel.Workers.Value, serial.Workers.Value)
		}
		if !parallel.AllowEmpty.Value || !serial.AllowEmpty.Value {
			t.Error("a half must accept that it has no tests")
		}
		if parallel.Name() != "p" || serial.Name() != "p+serial" {
			t.Errorf("names %s and %s", parallel.Name(), serial.Name())
		}
	}
}

func TestEnvironmentMerges(t *testing.T) {
	p := planOf(t, `env: {A: "defaults", B: "defaults", C: "x"}, unset: ["D"]`, `envDefault: B: "backend", unset: ["C"]`,
		`env: D: "phase"`, `env: A: "bound"`)
	var got []string
	for _, v := range p.Env {
		got = append(got, fmt.Sprintf("%s %s=%s from %s", v.Mode, v.Name, v.Value, v.Layer))
	}
	want := []string{
		"env A=bound from phase for this backend", "env-default B=backend from backend",
		"unset C= from backend", "env D=phase from phase",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestArgsAddUp(t *testing.T) {
	p, err := loadText(t, `policy: {
		project: "demo", runner: args: ["-v"]
		defaults: {backend: "b", args: ["--one"]}, backends: b: args: ["--two"]
		phases: p: {paths: ["tests"], args: ["--three", "x y"], backends: b: args: ["--four", "--one"]}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(values(findPlan(t, p, "b", "p", WholePhase).Args), " ")
	if want := "-v --one --two --three x y --four --one"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := strings.Join(values(findPlan(t, p, "b", "", WholePhase).Args), " "); got != "-v --one --two" {
		t.Errorf("ad hoc: %q", got)
	}
}

const ordered = `policy: {
	project: "demo"
	defaults: backend: "b2"
	backends: {b2: {}, b1: {}}
	phases: {
		z: {paths: ["tests"], rest: true, timeout: "10m"}
		y: {paths: ["tests/y"], backends: b1: enabled: false, timeout: "30m"}
		x: {paths: ["tests/x/", "tests/y", "other"], timeout: "20m"}
		w: {paths: ["testsuite", "tests/w.py::one"], timeout: "1m", serial: true}
	}
	order: ["x"]
}`

func TestOrderOfPlans(t *testing.T) {
	p, err := loadText(t, ordered)
	if err != nil {
		t.Fatal(err)
	}
	plans, _ := p.Resolve()
	var got []string
	for _, x := range plans {
		got = append(got, x.Backend+"/"+x.Phase)
	}
	if want := "b2/x b2/z b2/y b2/w b2/ b1/x b1/z b1/w b1/"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRestIgnoresWhatOthersName(t *testing.T) {
	p, err := loadText(t, ordered)
	if err != nil {
		t.Fatal(err)
	}
	for backend, want := range map[string]string{"b1": "tests/x/ tests/y", "b2": "tests/x/ tests/y"} {
		if got := strings.Join(values(findPlan(t, p, backend, "z", WholePhase).Ignore), " "); got != want {
			t.Errorf("%s: got %q, want %q", backend, got, want)
		}
	}
	if got := findPlan(t, p, "b2", "x", WholePhase).Ignore; got != nil {
		t.Errorf("a phase without rest ignores %v", got)
	}
}

func TestBelowAny(t *testing.T) {
	for _, c := range []struct {
		path, roots string
		want        bool
	}{
		{"tests/unit", "tests", true}, {"tests/unit/", "tests/", true}, {"./tests/unit", "tests", true}, {"tests", "tests", false},
		{"testsuite", "tests", false}, {"tests", "tests/unit", false}, {"a/b", "x a", true}, {"a", ".", true}, {".", ".", false},
	} {
		var roots []Setting[string]
		for _, r := range strings.Fields(c.roots) {
			roots = append(roots, Setting[string]{Value: r})
		}
		if got := belowAny(c.path, roots); got != c.want {
			t.Errorf("%s below %s: %v", c.path, c.roots, got)
		}
	}
}

// TestRestKeepsItsOwn has a rest phase that names a folder and one below it.
func TestRestKeepsItsOwn(t *testing.T) {
	p, err := loadText(t, `policy: {
		project: "demo", defaults: backend: "b", backends: b: {}
		phases: {all: {paths: ["tests", "tests/own"], rest: true}, unit: paths: ["tests/unit"]}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := values(findPlan(t, p, "b", "all", WholePhase).Ignore); !slices.Equal(got, []string{"tests/unit"}) {
		t.Errorf("got %q", got)
	}
}

func TestAdHocPlan(t *testing.T) {
	p, err := loadText(t, ordered)
	if err != nil {
		t.Fatal(err)
	}
	for backend, want := range map[string]time.Duration{"b1": 20 * time.Minute, "b2": 30 * time.Minute} {
		plan := findPlan(t, p, backend, "", WholePhase)
		if plan.Limit.Value != want || !plan.AdHoc() || plan.Markers.IsSet() || plan.Paths != nil || plan.Serial.Value {
			t.Errorf("%s: %+v", backend, plan)
		}
	}
	serial, err := loadText(t, `policy: {
		project: "demo", defaults: {backend: "b", workers: default: 3}, backends: b: {}
		phases: {p: {paths: ["tests"], serial: true, timeout: "1m"}, q: {paths: ["q"], serial: true}}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	plan := findPlan(t, serial, "b", "", WholePhase)
	if !plan.Serial.Value || plan.Workers.Value != "0" {
		t.Error("all phases are serial, the ad-hoc plan is not")
	}
	if plan.Limit.IsSet() {
		t.Error("a phase has no limit, the ad-hoc plan has")
	}
}

func TestRequirements(t *testing.T) {
	p := planOf(t, `workers: default: 2, dist: "worksteal", testTimeout: limit: "1s"`, `requires: robin: {range: ">=0.4", why: "the API"}`, "", "")
	got := map[string]Requirement{}
	for _, r := range p.Requires {
		got[r.Package] = r
		if len(r.Bounds) == 0 {
			t.Errorf("%s has no bound", r.Package)
		}
	}
	for pkg, want := range map[string]string{
		"pytest": ">=0.dev0", "pytest-xdist": ">=3.2.0,!=3.6.0", "pytest-timeout": ">=1.0", "robin": ">=0.4",
	} {
		if got[pkg].Range.String() != want {
			t.Errorf("%s: got %s, want %s", pkg, got[pkg].Range, want)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d requirements, want 4", len(got))
	}
	if c := got["pytest-xdist"].CheckedThrough; c != "3.8.0" {
		t.Errorf("checked through %q", c)
	}
	if got["pytest-xdist"].Bounds[0].Pos != p.Dist.Pos {
		t.Errorf("the bound of worksteal stands at %v, its setting at %v", got["pytest-xdist"].Bounds[0].Pos, p.Dist.Pos)
	}
	serial := planOf(t, "", "", "serial: true", "")
	for _, r := range serial.Requires {
		if r.Package == "pytest-xdist" {
			t.Error("a serial plan needs pytest-xdist")
		}
	}
}

// TestBoundsSayTheSameTwice holds each bound's set to its text, and what people read to the fact's own words.
func TestBoundsSayTheSameTwice(t *testing.T) {
	p, err := loadText(t, `policy: {
		project: "demo", defaults: {backend: "b", workers: default: 2}, backends: b: {}, phases: p: paths: ["tests"]
		requires: robin: {range: " >=0.4 , <2", why: "the API"}
		facts: "robin-1": {
			package: "robin", kind: "defect", in: ">=1,<1.5", checkedThrough: "1.9", why: "It dies.", source: ["x"], verified: "tested", severity: "block"
		}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, r := range findPlan(t, p, "b", "p", WholePhase).Requires {
		all := pep440.All()
		for _, b := range r.Bounds {
			words[r.Package+" "+b.Words()] = true
			set := pep440.None()
			for alternative := range strings.SplitSeq(b.Range, " || ") {
				specifiers, err := pep440.ParseSpecifiers(alternative)
				if err != nil {
					t.Errorf("%s: %v", b.Range, err)
				}
				set = set.Union(specifiers.Set())
			}
			if !set.Equal(b.Set) {
				t.Errorf("%s: the set is %s", b.Range, b.Set)
			}
			all = all.Intersect(b.Set)
		}
		if !all.Equal(r.Range) {
			t.Errorf("%s: the bounds leave %s, the range is %s", r.Package, all, r.Range)
		}
	}
	for _, want := range []string{"robin  >=0.4 , <2", "robin everything but >=1,<1.5", "pytest any version"} {
		if !words[want] {
			t.Errorf("no bound reads %q: %v", want, words)
		}
	}
}

func TestDistModesAreThoseOfFacts(t *testing.T) {
	p, err := loadText(t, `policy: {
		project: "demo", defaults: {backend: "b", dist: "custom"}, backends: b: {}, phases: p: paths: ["tests"]
		facts: custom: {
			package: "pytest-xdist", kind: "capability", in: ">=4", checkedThrough: "4.0", why: "Ours.", source: ["x"], verified: "tested", uses: flag: "--dist=custom"
		}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(p.DistModes) || !slices.Contains(p.DistModes, "custom") || !slices.Contains(p.DistModes, "worksteal") {
		t.Errorf("got %q", p.DistModes)
	}
	embedded, err := Load(Embedded(), testTool)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"each", "load", "loadfile", "loadgroup", "loadscope", "no", "worksteal"}; !slices.Equal(embedded.DistModes, want) {
		t.Errorf("policygen's own facts know %q, want %q", embedded.DistModes, want)
	}
}

func TestUses(t *testing.T) {
	args := []Setting[string]{{Value: "-W"}, {Value: "ignore::X"}, {Value: "--cov=src"}, {Value: "-oxfail_strict=true"}, {Value: "--lf"}}
	got := map[Uses]bool{}
	for _, u := range argUses(args) {
		got[u.what] = true
	}
	for _, want := range []Uses{
		{Flag: "-W"}, {Flag: "-W=ignore::X"}, {Flag: "--cov"}, {Flag: "--cov=src"}, {Flag: "--lf"}, {Ini: "xfail_strict"},
	} {
		if !got[want] {
			t.Errorf("%+v is missing from %v", want, got)
		}
	}
	for in, want := range map[string]string{"-n auto": "-n=auto", "-n4": "-n=4", "-n": "-n", "--dist load": "--dist=load", "--x=y": "--x=y"} {
		if got := spelling(in); got != want {
			t.Errorf("%q is spelled %q, want %q", in, got, want)
		}
	}
}

func TestPositionsAreTheAuthors(t *testing.T) {
	p := planOf(t, "workers: default: 2", "workers: max: 3", "timeout: \"1m\"", "env: A: \"x\"")
	for name, pos := range map[string]finding.Position{
		"workers": p.Workers.Pos, "cap": p.Cap.Pos, "limit": p.Limit.Pos, "env": p.Env[0].Pos, "path": p.Paths[0].Pos,
	} {
		if pos.File != "policygen.cue" || pos.Line == 0 || pos.Column == 0 {
			t.Errorf("%s stands at %v", name, pos)
		}
	}
	if p.Cap.Pos.Line != 7 || p.Limit.Pos.Line != 12 {
		t.Errorf("cap at %v, limit at %v", p.Cap.Pos, p.Limit.Pos)
	}
}
