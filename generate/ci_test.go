package generate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"policygen/internal/finding"
	"policygen/internal/testrun"
	"policygen/policy"
)

// A ranJob is what a CI service makes of a rendered file for one job: all matrices expanded and all variables in place.
type ranJob struct {
	Backend, Python string
	Shard, Shards   int // 0 where no job is one of several
	Minutes         int
	Workers         string // "" where the job says none
	Setup           string
	Command         string
}

// wantedJobs is what the policy asks for, in the order of backends, versions and shards.
func wantedJobs(in Input) []ranJob {
	var all []ranJob
	sharded := slices.ContainsFunc(in.Policy.CI.Jobs, func(j policy.Job) bool { return j.Shards.Value > 1 })
	for _, job := range in.Policy.CI.Jobs {
		for _, python := range job.Python {
			for shard := range job.Shards.Value {
				want := ranJob{Backend: job.Backend, Python: python.Value, Minutes: 360, Command: "bash " + wrapperCommand(in.Policy) + ` --backend "` + job.Backend + `"`}
				if job.Limit > 0 {
					want.Minutes = int((job.Limit + time.Minute - 1) / time.Minute)
				}
				if sharded {
					want.Shard, want.Shards = shard+1, job.Shards.Value
					want.Command += fmt.Sprintf(` --shard "%d/%d"`, want.Shard, want.Shards)
				}
				want.Command += " --junit-dir test-results --log-dir test-results"
				if job.Workers.IsSet() {
					want.Workers = strconv.Itoa(job.Workers.Value)
				}
				var setup []string
				for _, s := range job.Setup {
					setup = append(setup, s.Value)
				}
				want.Setup = strings.TrimSuffix(strings.Join(setup, "\n"), "\n")
				all = append(all, want)
			}
		}
	}
	return all
}

// expand puts the variables of a job into a command line as a shell does.
func expand(command string, variables map[string]string) string {
	for name, value := range variables {
		command = strings.NewReplacer("$"+name+`"`, value+`"`, "$"+name+"/", value+"/").Replace(command)
	}
	return command
}

// ciInputs are the policies that say something about CI, by name.
func ciInputs(t testing.TB) map[string]Input {
	t.Helper()
	all := inputs(t)
	for name, in := range all {
		if in.Policy.CI == nil {
			delete(all, name)
		}
	}
	if len(all) < 2 {
		t.Fatalf("only %d policies have CI", len(all))
	}
	return all
}

// ciInput is the policy that uses every field of ci.
func ciInput(t testing.TB) Input {
	t.Helper()
	text, err := os.ReadFile("testdata/policies/ci.cue")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load([]policy.Source{{Name: "policygen.cue", Text: text}}, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewInput(p, "policygen render")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func mustRender(t testing.TB, render func(Input) (rendered, error), in Input) rendered {
	t.Helper()
	r, err := render(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wayBack matches what brings a setup back to the project's root; whether it does is another test.
var wayBack = regexp.MustCompile(`\ncd "\$(GITHUB_WORKSPACE|CI_PROJECT_DIR)"`)

// checkJobs compares what both services run with what the policy asks for.
func checkJobs(t *testing.T, name string, in Input) {
	t.Helper()
	byPlace := func(a, b ranJob) int {
		return cmp.Or(cmp.Compare(a.Backend, b.Backend), cmp.Compare(a.Python, b.Python), cmp.Compare(a.Shard, b.Shard))
	}
	want := wantedJobs(in)
	slices.SortFunc(want, byPlace)
	for service, got := range map[string][]ranJob{"github": gitHubJobs(t, in), "gitlab": gitLabJobs(t, in)} {
		slices.SortFunc(got, byPlace)
		for i := range got {
			got[i].Setup = wayBack.ReplaceAllString(got[i].Setup, "")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s runs\n%+v\nnot\n%+v", name, service, got, want)
		}
	}
}

// TestCIJobs: both services run what the policy asks for, and so the same.
func TestCIJobs(t *testing.T) {
	for name, in := range ciInputs(t) {
		checkJobs(t, name, in)
		t.Logf("%s: %d jobs", name, len(wantedJobs(in)))
	}
}

// TestCIJobsOfRandomPolicies: so they do for jobs of any shape: who shares a setup with whom, which are sharded, limited, counted.
func TestCIJobsOfRandomPolicies(t *testing.T) {
	in := ciInput(t)
	backends := in.Policy.Backends
	all := 0
	for seed := range uint64(testrun.Figure(1000)) {
		d := newDice(seed + 8<<32)
		in.Policy.CI.Jobs = nil
		for _, b := range backends {
			if d.chance(20) && b.Name != backends[0].Name {
				continue // not run by CI
			}
			job := policy.Job{Backend: b.Name, Shards: setting([]int{1, 1, 2, 5}[d.IntN(4)], policy.ByBackend), Overhead: setting(10*time.Minute, policy.Defaults),
				Limit: time.Duration(d.IntN(3)*d.IntN(30000)) * time.Second}
			for _, version := range d.names([]string{"3.9", "3.10", "3.14"}, 1) {
				job.Python = append(job.Python, setting(version, policy.Defaults))
			}
			for _, command := range d.names([]string{"make one", "make two\nmake three", "pip install 'x: y' # z"}, 1)[:d.IntN(2)] {
				job.Setup = append(job.Setup, setting(command, policy.Defaults))
			}
			if d.chance(30) {
				job.Workers = setting(d.IntN(9), policy.ByBackend)
			}
			in.Policy.CI.Jobs = append(in.Policy.CI.Jobs, job)
		}
		checkJobs(t, fmt.Sprintf("seed %d", seed), in)
		all += len(wantedJobs(in))
	}
	t.Logf("%d jobs of %d policies", all, testrun.Figure(1000))
}

// TestCIText: whatever stands in commands, branches, the image and the label of runners arrives as it is.
func TestCIText(t *testing.T) {
	in := ciInput(t)
	for _, s := range awkward {
		in.Policy.CI.Branches = texts(s)
		in.Policy.CI.RunsOn.Value, in.Policy.CI.Image.Value = s, s+"{python}"
		for i := range in.Policy.CI.Jobs {
			in.Policy.CI.Jobs[i].Setup = append(texts(s), texts("echo "+s)...)
		}
		in.Policy.CI.Install = texts(s)
		var pipeline struct {
			Policy struct {
				Image        string
				BeforeScript []string `yaml:"before_script"`
			}
			Tests struct {
				Image        string
				BeforeScript []string `yaml:"before_script"`
			} `yaml:".tests"`
		}
		parseYAML(t, mustRender(t, renderGitLab, in), &pipeline)
		if p := pipeline; p.Tests.Image != s+"${MATRIX_PYTHON}" || p.Policy.Image != s+"3.13" || !slices.Equal(p.Tests.BeforeScript, []string{s, "echo " + s}) || !slices.Equal(p.Policy.BeforeScript, []string{s}) {
			t.Errorf("%q reaches GitLab as %q", s, p)
		}
		workflow, err := renderGitHub(in)
		if strings.Contains(s, "${{") != (err != nil) {
			t.Errorf("%q: %v", s, err)
		}
		if err != nil {
			continue
		}
		var w workflowFile
		parseYAML(t, workflow, &w)
		test, job := w.Jobs["test"], w.Jobs["policy"]
		if test.RunsOn != s || test.Steps[2].Run != s+"\necho "+s+"\n" || job.Steps[1].Run != s {
			t.Errorf("%q reaches GitHub as %q, %q and %q", s, test.RunsOn, test.Steps[2].Run, job.Steps[1].Run)
		}
	}
}

func parseYAML(t testing.TB, r rendered, into any) {
	t.Helper()
	if err := yaml.Unmarshal(r.content, into); err != nil {
		t.Fatalf("%v\n%s", err, r.content)
	}
}

// TestCIDefects: what loading a policy refuses is caught where it gets through all the same.
func TestCIDefects(t *testing.T) {
	action := func(p *policy.Policy, name string) *policy.Action {
		return &p.CI.Actions[slices.IndexFunc(p.CI.Actions, func(a policy.Action) bool { return a.Name == name })]
	}
	const both = "both"
	for _, c := range []struct {
		name    string
		change  func(*policy.Policy)
		service string
		want    string
	}{
		{"no ci", func(p *policy.Policy) { p.CI = nil }, both, "no job for CI"},
		{"no job", func(p *policy.Policy) { p.CI.Jobs = nil }, both, "no job for CI"},
		{"no Python", func(p *policy.Policy) { p.CI.Jobs[1].Python = nil }, both, `backend "on" has no version of Python`},
		{"no wrapper", func(p *policy.Policy) { p.Targets = nil }, both, "no wrapper that jobs of CI could call"},
		{"no variable", func(p *policy.Policy) { p.Runner.WorkersEnv = "" }, both, "no variable brings the workers of backend"},
		{"a variable of ours", func(p *policy.Policy) { p.Runner.WorkersEnv = backendVar }, both, `has the key "MATRIX_BACKEND" once more`},
		{"an expression", func(p *policy.Policy) { p.CI.Install = texts("echo ${{ secrets.TOKEN }}") }, "github", `the text "echo ${{ secrets.TOKEN }}" has an expression`},
		{"an expression in a setup", func(p *policy.Policy) { p.CI.Jobs[0].Setup = texts("echo ${{ github.ref }}") }, "github", "has an expression"},
		{"an expression in the project", func(p *policy.Policy) { p.Project = "${{ github.ref }}" }, "github", "has an expression"},
		{"no action", func(p *policy.Policy) { *action(p, "actions/checkout") = policy.Action{} }, "github", "no version of the action actions/checkout is known"},
		{"no input", func(p *policy.Policy) { action(p, "actions/setup-python").Inputs = []string{"cache"} }, "github", `has no input "python-version"`},
	} {
		for service, render := range map[string]func(Input) (rendered, error){"github": renderGitHub, "gitlab": renderGitLab} {
			in := ciInput(t)
			c.change(in.Policy)
			_, err := render(in)
			switch want := c.service == both || c.service == service; {
			case want && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s: %s: %v", c.name, service, err)
			case !want && err != nil:
				t.Errorf("%s: %s: %v", c.name, service, err)
			}
		}
	}
}

// TestCIAgreement: the variables and inputs that the renderers use are the ones that loading a policy knows of.
func TestCIAgreement(t *testing.T) {
	load := func(variable string, inputs map[string][]string) (*policy.Policy, error) {
		text := fmt.Sprintf(`policy: {
	project: "agreement"
	runner: workersEnv: %q
	defaults: {backend: "a", workers: default: 1}
	backends: a: {}
	phases: unit: paths: ["tests"]
	ci: python: ["3.13"]
	targets: {wrapper: {kind: "wrapper", path: "run.sh"}, github: {kind: "github", path: ".github/workflows/ci.yml"}}
`, variable)
		for action, names := range inputs {
			text += fmt.Sprintf("\tactions: %q: {sha: %q, inputs: %s, checkedThrough: \"2026-07-30\"}\n",
				action+"@v999.0.0", strings.Repeat("a", 40), strings.ReplaceAll(fmt.Sprintf("%q", names), " ", ", "))
		}
		return policy.Load([]policy.Source{{Name: "policygen.cue", Text: []byte(text + "}\n")}}, "0.1.0")
	}
	refused := func(err error, message string) {
		t.Helper()
		var found finding.List
		if !errors.As(err, &found) || len(found) != 1 || found[0].Code != "PG116" || !strings.Contains(found[0].Message, message) {
			t.Errorf("%s: %v", message, err)
		}
	}
	for _, name := range []string{backendVar, pythonVar, shardVar, shardsVar} {
		_, err := load(name, nil)
		refused(err, "variables of their own")
	}
	needed := map[string][]string{"actions/checkout": {"persist-credentials"}, "actions/setup-python": {"python-version"}, "actions/upload-artifact": {"name", "path"}}
	p, err := load("TEST_WORKERS", needed)
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewInput(p, "policygen render")
	if err != nil {
		t.Fatal(err)
	}
	mustRender(t, renderGitHub, in) // needs nothing else
	for action, names := range needed {
		for _, name := range names {
			fewer := maps.Clone(needed)
			fewer[action] = slices.DeleteFunc(slices.Clone(names), func(other string) bool { return other == name })
			_, err := load("TEST_WORKERS", fewer)
			refused(err, fmt.Sprintf("the action has no input %q", name))
		}
	}
}

// TestCIOrigins: what explain says about a line, by a word in it and the fields that it follows from.
func TestCIOrigins(t *testing.T) {
	in := ciInput(t)
	for _, c := range []struct {
		render func(Input) (rendered, error)
		line   string
		fields []string
		fact   string
	}{
		{renderGitHub, "name: Tests of", []string{"policy.project"}, ""},
		{renderGitHub, "timeout-minutes: ${{", nil, ""},
		{renderGitHub, "branches:", []string{"policy.ci.branches.0", "policy.ci.branches.6"}, ""},
		{renderGitHub, "runs-on:", []string{"policy.ci.github.runsOn"}, ""},
		{renderGitHub, "xdist-714:", []string{"policy.backends.native.because.\"xdist-714\""}, "xdist-714"},
		{renderGitHub, "{backend: native", []string{"policy.backends.native", "policy.ci.backends.native.python.0", "policy.ci.backends.native.shards", "policy.ci.backends.native.workers"}, ""},
		{renderGitHub, "run: python -m pip install -e '.[dev]'", []string{"policy.ci.setup.0"}, ""},
		{renderGitHub, "make fixtures", []string{"policy.ci.backends.on.setup.1"}, ""},
		{renderGitHub, "TEST_WORKERS:", []string{"policy.runner.workersEnv"}, ""},
		{renderGitHub, "--junit-dir", []string{"policy.targets.wrapper.path", "policy.ci.backends.slow.shards"}, ""},
		{renderGitHub, "uses: actions/setup-python", []string{"policy.actions.\"actions/setup-python@v6.2.0\"", "policy.ci.github.actions.\"actions/setup-python\""}, ""},
		{renderGitHub, "name: Policy", []string{"policy.ci.install"}, ""},
		{renderGitLab, `== "main"`, []string{"policy.ci.branches.0"}, ""},
		{renderGitLab, "${MATRIX_PYTHON}", []string{"policy.ci.gitlab.image"}, ""},
		{renderGitLab, "tests:memory:", []string{"policy.backends.memory"}, ""},
		{renderGitLab, "timeout: 33 minutes", []string{"policy.phases.unit.timeout", "policy.ci.overhead"}, ""},
		{renderGitLab, `MATRIX_SHARDS: "3"`, []string{"policy.ci.backends.native.shards"}, ""},
		{renderGitLab, `TEST_WORKERS: "2"`, []string{"policy.ci.backends.native.workers", "policy.runner.workersEnv"}, ""},
		{renderGitLab, "policy:", []string{"policy.ci.install"}, ""},
		{renderGitLab, "when: always", nil, ""},
	} {
		r := mustRender(t, c.render, in)
		lines := strings.Split(string(r.content), "\n")
		i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, c.line) })
		if i < 0 {
			t.Errorf("no line has %q", c.line)
			continue
		}
		var fields []string
		for _, o := range r.origins[i] {
			fields = append(fields, in.Policy.FieldAt(o.Pos))
		}
		for _, want := range c.fields {
			if !slices.Contains(fields, want) {
				t.Errorf("%q: %q, without %q", lines[i], fields, want)
			}
		}
		if len(c.fields) == 0 && len(fields) > 0 {
			t.Errorf("%q follows from %q", lines[i], fields)
		}
		if c.fact != "" && !slices.ContainsFunc(r.origins[i], func(o Origin) bool { return o.Fact == c.fact }) {
			t.Errorf("%q is not tied to %s", lines[i], c.fact)
		}
	}
}
