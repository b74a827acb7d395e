package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"policygen/generate"
	"policygen/internal/observe"
	"policygen/internal/source"
	"policygen/policy"
)

// The workflow of GitHub and the pipeline of GitLab that a policy renders start the same commands with the same environment, as
// one sees them who knows nothing of policies: for each backend, Python and shard.
func TestServicesStartTheSame(t *testing.T) {
	for name, files := range renderedRepositories(t) {
		t.Run(name, func(t *testing.T) {
			r := observe.Scan(files, observe.Options{})
			for _, p := range r.Problems {
				t.Errorf("%s: %s", p.Position, p.Message)
			}
			github, gitlab := startsOf(t, r, observe.Workflow), startsOf(t, r, observe.GitLab)
			if len(github) == 0 {
				t.Fatalf("GitHub starts %q", github)
			}
			if !slices.Equal(github, gitlab) {
				t.Errorf("GitHub starts\n%s\nGitLab starts\n%s", strings.Join(github, "\n"), strings.Join(gitlab, "\n"))
			}
			jobs, parallel := workflowJobs(t, files), pipelineJobs(r)
			if !slices.Equal(jobs, parallel) {
				t.Errorf("GitHub's jobs are\n%s\nthose of GitLab\n%s", strings.Join(jobs, "\n"), strings.Join(parallel, "\n"))
			}
		})
	}
}

// renderedRepositories returns what out holds, and what policies render that have both services.
func renderedRepositories(t *testing.T) map[string]fs.FS {
	t.Helper()
	all := map[string]fs.FS{"out": os.DirFS("../../out")}
	for _, name := range []string{"ci", "ci_small"} {
		text, err := os.ReadFile(filepath.Join("../../generate/testdata/policies", name+".cue"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := policy.Load([]policy.Source{{Name: "policygen.cue", Text: text}}, "0.1.0")
		if err != nil {
			t.Fatal(err)
		}
		in, err := generate.NewInput(p, "policygen render")
		if err != nil {
			t.Fatal(err)
		}
		r, err := generate.Render(in)
		if err != nil {
			t.Fatal(err)
		}
		files := fstest.MapFS{}
		for _, a := range r.Artifacts {
			files[a.Path] = &fstest.MapFile{Data: a.Content, Mode: 0o755}
		}
		all[name] = files
	}
	return all
}

// startsOf returns the calls of the wrapper by a service, each once. The Python of a job is no business of the command's, and a
// variable that is empty is as good as not set.
func startsOf(t *testing.T, r observe.Report, kind observe.Kind) (list []string) {
	t.Helper()
	for _, s := range r.Starts {
		if s.Kind != kind {
			continue
		}
		if s.Wrapper == "" || !s.Certain || s.Hidden != "" || s.Fails != observe.Told {
			t.Errorf("%s: wrapper %q, certain %v, hidden %q, fails %v", s.Position, s.Wrapper, s.Certain, s.Hidden, s.Fails)
		}
		var env []string
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			if s.Env[name] != "" && name != "MATRIX_PYTHON" {
				env = append(env, fmt.Sprintf("%s=%q", name, s.Env[name]))
			}
		}
		list = append(list, fmt.Sprintf("%s %q in %s with %s", s.Wrapper, wordTexts(s), s.Dir, strings.Join(env, " ")))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func wordTexts(s observe.Start) (texts []string) {
	for _, w := range s.Argv {
		texts = append(texts, w.Text)
	}
	return texts
}

// workflowJobs returns the backend, the Python and the shard of each job of the workflow's matrix.
func workflowJobs(t *testing.T, files fs.FS) (jobs []string) {
	t.Helper()
	const file = ".github/workflows/tests.yml"
	text, err := fs.ReadFile(files, file)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := source.ParseYAML(file, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range documents[0].Get("jobs").Entries {
		if include := job.Value.Get("strategy", "matrix", "include"); include != nil {
			for _, entry := range include.Items {
				jobs = append(jobs, jobName(nodeText(entry, "backend"), nodeText(entry, "python"), nodeText(entry, "shard"), nodeText(entry, "shards")))
			}
		}
	}
	slices.Sort(jobs)
	return jobs
}

func nodeText(n *source.Node, key string) string {
	if v := n.Get(key); v != nil {
		return v.Text.String()
	}
	return ""
}

// pipelineJobs returns the same of the jobs of the pipeline, whose variables they are.
func pipelineJobs(r observe.Report) (jobs []string) {
	for _, s := range r.Starts {
		if s.Kind == observe.GitLab {
			jobs = append(jobs, jobName(s.Env["MATRIX_BACKEND"], s.Env["MATRIX_PYTHON"], s.Env["MATRIX_SHARD"], s.Env["MATRIX_SHARDS"]))
		}
	}
	slices.Sort(jobs)
	return jobs
}

func jobName(backend, python, shard, shards string) string {
	return fmt.Sprintf("%s, Python %s, shard %q of %q", backend, python, shard, shards)
}
