package generate

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A workflowFile is a workflow as GitHub reads it, as far as the tests want to know.
type workflowFile struct{ Jobs map[string]workflowJob }

type workflowJob struct {
	RunsOn   string `yaml:"runs-on"`
	Timeout  string `yaml:"timeout-minutes"`
	Strategy struct {
		Matrix struct{ Include []map[string]string }
	}
	Steps []workflowStep
}

type workflowStep struct {
	Name, If, Uses, Shell, Run string
	With, Env                  map[string]string
}

// evaluate puts the values of an entry of the matrix in place of expressions; a value that the entry doesn't have is nothing.
func evaluate(text string, entry map[string]string) string {
	return regexp.MustCompile(`\$\{\{ matrix\.(\w+) \}\}`).ReplaceAllStringFunc(text, func(e string) string {
		return entry[strings.TrimSuffix(strings.TrimPrefix(e, "${{ matrix."), " }}")]
	})
}

// appliesTo reports whether a step runs for a backend.
func (s workflowStep) appliesTo(backend string) bool {
	return s.If == "" || s.If == "always()" || slices.Contains(strings.Split(s.If, " || "), "matrix.backend == '"+backend+"'")
}

// gitHubJobs is what GitHub runs.
func gitHubJobs(t testing.TB, in Input) []ranJob {
	t.Helper()
	var w workflowFile
	parseYAML(t, mustRender(t, renderGitHub, in), &w)
	test := w.Jobs["test"]
	var all []ranJob
	for _, entry := range test.Strategy.Matrix.Include {
		job := ranJob{Backend: entry["backend"], Python: entry["python"]}
		_, _ = fmt.Sscan(entry["shard"], &job.Shard)
		_, _ = fmt.Sscan(entry["shards"], &job.Shards)
		if _, err := fmt.Sscan(evaluate(test.Timeout, entry), &job.Minutes); err != nil {
			t.Fatal(err)
		}
		for _, step := range test.Steps {
			switch {
			case !step.appliesTo(job.Backend):
			case strings.HasPrefix(step.Name, "Install"):
				job.Setup += strings.TrimSuffix(step.Run, "\n")
			case step.Name == "Run the tests":
				variables := map[string]string{}
				for name, value := range step.Env {
					variables[name] = evaluate(value, entry)
				}
				job.Workers = variables[in.Policy.Runner.WorkersEnv]
				job.Command = expand(step.Run, variables)
			}
		}
		all = append(all, job)
	}
	return all
}

// TestGitHubArtifacts: each job has an artifact name of its own, in the characters that upload-artifact accepts.
func TestGitHubArtifacts(t *testing.T) {
	for policy, in := range ciInputs(t) {
		var w workflowFile
		parseYAML(t, mustRender(t, renderGitHub, in), &w)
		test := w.Jobs["test"]
		seen := map[string]bool{}
		for _, entry := range test.Strategy.Matrix.Include {
			name := evaluate(test.Steps[len(test.Steps)-1].With["name"], entry)
			if seen[name] || strings.ContainsAny(name, `":<>|*?\/`+"\r\n") {
				t.Errorf("%s: the artifact name %q is taken or not allowed", policy, name)
			}
			seen[name] = true
		}
	}
}

// TestGitHubRules holds every job to the rules that no judge knows: no expression in a script, a shell by name, a time limit, and no
// option of pytest beside the wrapper's own.
func TestGitHubRules(t *testing.T) {
	for policy, in := range ciInputs(t) {
		var w workflowFile
		parseYAML(t, mustRender(t, renderGitHub, in), &w)
		for name, job := range w.Jobs {
			if job.Timeout == "" {
				t.Errorf("%s: job %s has no time limit", policy, name)
			}
			for _, step := range job.Steps {
				if (step.Run == "") == (step.Uses == "") || strings.Contains(step.Run, "${{") || step.Run != "" && step.Shell != "bash" {
					t.Errorf("%s: %s: %+v", policy, name, step)
				}
				if strings.Contains(step.Run, "--dist") || strings.Contains(step.Run, " -n") || strings.Contains(step.Run, "pytest ") {
					t.Errorf("%s: %s says what the wrapper should: %s", policy, name, step.Run)
				}
			}
		}
	}
}

// TestBranches: a branch means the same to both services, and signs of their languages stand for themselves.
func TestBranches(t *testing.T) {
	for _, c := range []struct {
		branch, pattern, condition string
		match, other               []string
	}{
		{"main", "main", `== "main"`, nil, nil},
		{"c++", `c\+\+`, `== "c++"`, nil, nil},
		{"!x", `\!x`, `== "!x"`, nil, nil},
		{`say-"hi"`, `say-"hi"`, `=~ /^say-"hi"$/`, []string{`say-"hi"`}, []string{`say-"hi"x`, `xsay-"hi"`}},
		{"v1.*", "v1.*", `=~ /^v1\.[^\/]*$/`, []string{"v1.0", "v1."}, []string{"v100", "v1.0/x"}},
		{"a/**", "a/**", `=~ /^a\/.*$/`, []string{"a/b", "a/b/c"}, []string{"a", "b/a/c"}},
		{"**/x", "**/x", `=~ /^.*\/x$/`, []string{"a/b/x"}, []string{"x"}},
		{"*", "*", `=~ /^[^\/]*$/`, []string{"a"}, []string{"a/b"}},
	} {
		if got := branchPattern(c.branch); got != c.pattern {
			t.Errorf("%s: pattern %s", c.branch, got)
		}
		condition := branchCondition(c.branch)
		if condition != c.condition {
			t.Errorf("%s: condition %s", c.branch, condition)
		}
		expression, isPattern := strings.CutPrefix(condition, "=~ /")
		if !isPattern {
			continue
		}
		expression = strings.ReplaceAll(strings.TrimSuffix(expression, "/"), `\/`, "/")
		for _, name := range slices.Concat(c.match, c.other) {
			if regexp.MustCompile(expression).MatchString(name) != slices.Contains(c.match, name) {
				t.Errorf("%s: GitLab is wrong about %s", c.branch, name)
			}
			if ok, err := path.Match(c.pattern, name); !strings.Contains(c.pattern, "**") && (err != nil || ok != slices.Contains(c.match, name)) {
				t.Errorf("%s: GitHub is wrong about %s: %v", c.branch, name, err)
			}
		}
	}
}
