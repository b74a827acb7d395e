package generate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/testrun"
	"policygen/policy"
)

// hostile are texts that want out of their quotes.
var hostile = []string{
	"it's", `'; touch PWNED; '`, `$(touch PWNED)`, "`touch PWNED`", "a\nb", "a b", "*", `\`, `"`, `'"'"'`, "-n", "--", "é日本", "${HOME}", "!", "#", "a=b",
	"\t", "%s", "EOF\ntouch PWNED", ";", "&& touch PWNED", "||", "\x1b[31m", "~", "=x", "{a,b}", "<!-- -->", "| a |", "]]>", "phase=x", "",
}

// A dice makes random policies and calls.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 714))} }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func (d dice) pick(words ...string) string { return words[d.IntN(len(words))] }

// text is a word for a place where a policy may hold any text.
func (d dice) text() string {
	if d.chance(40) {
		return d.pick(hostile...)
	}
	return d.pick("tests/unit", "not slow", "-v", "--tb=short", "x")
}

func (d dice) names(pool []string, atLeast int) []string {
	picked := slices.Clone(pool)
	d.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	return picked[:atLeast+d.IntN(len(picked)-atLeast+1)]
}

func setting[T any](v T, layer policy.Layer) policy.Setting[T] {
	return policy.Setting[T]{Value: v, Layer: layer, Pos: finding.Position{File: "policygen.cue", Line: 1, Column: 1}}
}

// texts is one text as the only value of a list.
func texts(text string) []policy.Setting[string] {
	return []policy.Setting[string]{setting(text, policy.ByPhase)}
}

func (d dice) texts(most int) []policy.Setting[string] {
	var all []policy.Setting[string]
	for range d.IntN(most + 1) {
		all = append(all, setting(d.text(), policy.ByPhase))
	}
	return all
}

// input makes a policy and its plans, as Resolve could have returned them.
func (d dice) input() Input {
	p := &policy.Policy{Project: d.text(), DistModes: []string{"each", "load", "loadfile", "loadgroup", "loadscope", "no", "worksteal"}, Sources: []string{"policygen.cue"}, Gate: d.pick("", ">=0.1")}
	p.Runner = policy.Runner{
		Python: d.names([]string{"python3", "python"}, 1), Venv: d.names([]string{".venv", "venv", "my env", "it's"}, 0),
		PythonPath: d.names([]string{".", "src", "a b"}, 0), BackendEnv: d.names([]string{"TEST_BACKEND", "OTHER_BACKEND"}, 0),
		WorkersEnv: d.pick("", "TEST_WORKERS"), GraceSeconds: 10 + float64(d.IntN(40))/2, SerialWithoutXdist: d.chance(50), FailFast: d.chance(30),
	}
	for _, name := range d.names([]string{"mock", "robin", "robot", "a", "b.c", "x-1"}, 1) {
		p.Backends = append(p.Backends, policy.Backend{Name: name, Title: d.text()})
	}
	p.DefaultBackend = setting(p.Backends[d.IntN(len(p.Backends))].Name, policy.Defaults)
	in := Input{Policy: p, Command: "policygen render", Version: p.Project + " 0123456789ab (policygen.cue)"}
	split := map[string]bool{}
	for _, name := range d.names([]string{"unit", "units", "parity", "perf", "u"}, 1) {
		p.Phases = append(p.Phases, policy.Phase{Name: name, Title: d.text()})
		split[name] = d.chance(20)
	}
	for _, b := range p.Backends {
		for _, ph := range p.Phases {
			if d.chance(15) {
				continue // not enabled
			}
			plan := d.plan(b.Name, ph.Name)
			if split[ph.Name] {
				serial := d.plan(b.Name, ph.Name)
				plan.Serial = policy.Setting[bool]{}
				plan.Half, serial.Half, serial.Serial = policy.ParallelHalf, policy.SerialHalf, setting(true, policy.ByPhase)
				in.Plans = append(in.Plans, plan, serial)
				continue
			}
			in.Plans = append(in.Plans, plan)
		}
		adHoc := d.plan(b.Name, "")
		adHoc.Serial, adHoc.Paths, adHoc.Ignore = policy.Setting[bool]{}, nil, nil
		in.Plans = append(in.Plans, adHoc)
	}
	p.Targets = []policy.Target{{Name: "wrapper", Kind: "wrapper", Path: d.pick("run.sh", "tests/run_all_tests.sh", "a/b c/it's.sh")},
		{Name: "docs", Kind: "docs", Path: "docs/testing.md"}}
	return in
}

func (d dice) plan(backend, phase string) policy.Plan {
	p := policy.Plan{Backend: backend, Phase: phase,
		Workers:  setting(d.pick("0", "1", "4", "8", "12", "auto", "logical"), policy.ByBackend),
		Required: setting(d.chance(80), policy.ByPhase), AllowEmpty: setting(d.chance(30), policy.ByPhase), Serial: setting(d.chance(20), policy.ByPhase),
		Args: d.texts(3), Paths: d.texts(2), Ignore: d.texts(1)}
	if d.chance(60) {
		limit := 1 + d.IntN(16)
		if n, err := strconv.Atoi(p.Workers.Value); err == nil && n > limit {
			limit = n
		}
		p.Cap = setting(limit, policy.ByBackend)
		p.BeyondFlag = setting(policy.Beyond(d.pick("warn", "clamp", "refuse")), policy.ByBackend)
		p.BeyondEnv = setting(policy.Beyond(d.pick("warn", "clamp", "refuse")), policy.BuiltIn)
	}
	if d.chance(80) {
		p.Dist = setting(d.pick("load", "loadfile", "loadscope", "loadgroup", "worksteal", "each"), policy.Defaults)
		if strings.HasPrefix(p.Dist.Value, "load") && p.Dist.Value != "load" || d.chance(30) {
			p.Restart = setting(d.IntN(3)*500, policy.BuiltIn)
		}
	}
	if d.chance(50) {
		p.Limit = setting(time.Duration(1+d.IntN(7200))*500*time.Millisecond, policy.ByPhase)
	}
	if d.chance(30) {
		p.TestLimit, p.TestLimitMethod = setting(300*time.Second, policy.Defaults), setting("signal", policy.BuiltIn)
	}
	if d.chance(30) {
		p.Markers = setting(d.text(), policy.ByPhase)
	}
	if d.chance(20) {
		p.Keywords = setting(d.text(), policy.ByPhase)
	}
	if d.chance(10) {
		p.FaulthandlerAfter = setting(90*time.Second, policy.ByPhase)
	}
	for _, name := range d.names([]string{"TZ", "A", "B"}, 0) {
		mode := []policy.EnvMode{policy.EnvSet, policy.EnvDefault, policy.EnvUnset}[d.IntN(3)]
		p.Env = append(p.Env, policy.EnvVar{Name: name, Mode: mode, Setting: setting(d.text(), policy.ByPhase)})
	}
	for _, id := range d.names([]string{"xdist-714", "native-crash"}, 0) {
		p.Because = append(p.Because, policy.Reason{Why: d.text(), Review: d.pick("", "2027-01-31"), Settings: d.names([]string{"dist", "workers.max"}, 0),
			Fact: policy.Fact{ID: id, Package: "pytest-xdist", In: ">=2.5", CheckedThrough: "3.8.0", Why: d.text(), Source: []string{d.text()}}})
	}
	for _, name := range d.names([]string{"pytest-xdist", "pytest", "python"}, 0) {
		p.Requires = append(p.Requires, policy.Requirement{Package: name, CheckedThrough: d.pick("", "3.8.0"),
			Bounds: []policy.Bound{bound(d.pick("", ">=3.2.1", ">=3,!=3.6.0"), d.text())}})
	}
	return p
}

func bound(text, why string) policy.Bound {
	specifiers, err := pep440.ParseSpecifiers(text)
	if err != nil {
		panic(err)
	}
	return policy.Bound{Range: text, Set: specifiers.Set(), Why: why}
}

// call makes a call of the wrapper of an input.
func (d dice) call(in Input) wrapperCall {
	c := wrapperCall{Script: d.pick("tests/run.sh", "run.sh", "/a b/run.sh", "./x/y.sh"), Link: d.chance(10), Env: map[string]string{}, Commands: d.names([]string{"python3", "python"}, 0)}
	for range d.IntN(5) {
		c.Args = append(c.Args, d.argument(in)...)
	}
	if d.chance(30) {
		for _, name := range in.Policy.Runner.BackendEnv {
			c.Env[name] = d.backendWord(in)
		}
	}
	if name := in.Policy.Runner.WorkersEnv; name != "" && d.chance(30) {
		c.Env[name] = d.count()
	}
	if d.chance(15) {
		c.Env["PYTHON"] = d.pick("/opt/my python", "python3", "x/y")
	}
	if d.chance(15) {
		c.Env["VIRTUAL_ENV"] = "/env"
	}
	root := newModel(in, "", rootFrom(in.Policy.Targets[0].Path)).rootOf(c.Script)
	for _, venv := range append([]string{"/env"}, in.Policy.Runner.Venv...) {
		if d.chance(20) {
			if !strings.HasPrefix(venv, "/") {
				venv = root + "/" + venv
			}
			c.Python = append(c.Python, venv+"/bin/python")
		}
	}
	if d.chance(70) {
		c.Python = append(c.Python, "/opt/my python")
	}
	return c
}

func (d dice) count() string {
	if d.chance(25) {
		return d.pick("auto", "logical", "x", "", "-1", "2.5", "12345", "007", "0000")
	}
	return strconv.Itoa(d.IntN(20))
}

func (d dice) shard() string {
	if d.chance(40) {
		return d.pick("", "2", "/", "1/", "/1", "0/1", "1/0", "2/1", "1/101", "-1/2", "1/2/3", "1 /2", "001/0100", "99999999999999999999/99999999999999999999") + d.pick("", "", "*", "\n")
	}
	n := 1 + d.IntN(100)
	return fmt.Sprintf("%d/%d", 1+d.IntN(n), n)
}

func (d dice) backendWord(in Input) string {
	name := in.Policy.Backends[d.IntN(len(in.Policy.Backends))].Name
	switch d.IntN(8) {
	case 0:
		return " " + strings.ToUpper(name) + "\t\n"
	case 1:
		return misspelt(name)
	case 2:
		return d.pick("", " ", "nonsense", "a\nb", "Robbin", "*")
	}
	return name
}

func (d dice) phaseWord(in Input) string {
	if d.chance(10) {
		return d.pick("", "nonsense", "uni", "*", "a b")
	}
	return in.Policy.Phases[d.IntN(len(in.Policy.Phases))].Name
}

// argument makes one or two words of a command line.
func (d dice) argument(in Input) []string {
	switch d.IntN(15) {
	case 0:
		return []string{"-n", d.count()}
	case 1:
		return []string{d.pick("-n", "-n=", "--numprocesses=") + d.count()}
	case 2:
		return []string{"--backend", d.backendWord(in)}
	case 3:
		return []string{"--backend=" + d.backendWord(in)}
	case 4, 5:
		return []string{d.pick("--phase", "--phase", "--skip-phase"), d.phaseWord(in)}
	case 6:
		return []string{"--phase=" + d.phaseWord(in)}
	case 7:
		return []string{d.pick("--dist", "--dist="), d.pick("load", "loadfile", "loadgroup", "worksteal", "each", "no", "bogus")}
	case 8:
		return []string{d.pick("--serial", "--list", "--dry-run", "--print-config", "--verify", "--keep-going", "--fail-fast", "--no-color", "--no-preflight", "-h", "--policy-version")}
	case 9:
		return []string{d.pick("--log-dir", "--junit-dir"), d.text()}
	case 10:
		return []string{d.pick(append([]string{"-k", "-xk", "-vm", "-rf", "-W", "-xn"}, valueOptions...)...), d.text()}
	case 11:
		return []string{d.pick("-x", "-rA", "-vv", "--cov=x", "--maxfail=1", "-kfoo", "--pdb")}
	case 12:
		return []string{d.pick("--", "-n", "--backend", "tests/a.py::t", "-k")}
	case 13:
		if d.chance(50) {
			return []string{"--shard=" + d.shard()}
		}
		return []string{"--shard", d.shard()}
	}
	return []string{d.text()}
}

// TestModelAgainstSimulator holds the two against each other on generated policies, arguments and environments.
func TestModelAgainstSimulator(t *testing.T) {
	const perPolicy = 20
	kinds := map[int]int{}
	for seed := range testrun.Figure(10_000) / perPolicy {
		d := newDice(uint64(seed))
		in := d.input()
		w, err := newWrapper(in, in.Policy.Targets[0].Path)
		if err == nil {
			err = w.parse()
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		m := newModel(in, scriptName(w.Path), rootFrom(w.Path))
		for range perPolicy {
			c := d.call(in)
			got, err := w.simulate(c)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, c, err)
			}
			want := m.Run(c)
			if diff := want.diff(got); diff != "" {
				t.Fatalf("seed %d: %s\n%s", seed, c, diff)
			}
			kinds[want.Code]++
		}
	}
	t.Logf("seeds 0 to %d, %d calls each: exit codes %v, all equal", testrun.Figure(10_000)/perPolicy-1, perPolicy, kinds)
	if kinds[0] == 0 || kinds[64] == 0 || kinds[69] == 0 {
		t.Errorf("the calls end in %v, which leaves out a way to end", kinds)
	}
}

// TestVerifyAcceptsRandomPolicies: what is rendered is right on the calls that a render is proved with, and the page too.
func TestVerifyAcceptsRandomPolicies(t *testing.T) {
	for seed := range testrun.Figure(300) {
		in := newDice(uint64(seed) + 1<<32).input()
		if _, err := renderAndProve(in); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	t.Logf("%d random policies rendered and proved", testrun.Figure(300))
}

func Example_wrapperCall() {
	fmt.Println(call("-k", "a and b").with("TEST_BACKEND", "robin"))
	// Output: TEST_BACKEND=robin tests/run.sh -k 'a and b'
}
