package generate

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// A pipelineJob is a job or a template as GitLab reads it, as far as the tests want to know.
type pipelineJob struct {
	Extends      any
	Timeout      string
	Image        string
	Variables    map[string]string
	Script       []string
	BeforeScript []string `yaml:"before_script"`
	Parallel     struct{ Matrix []map[string][]string }
}

// extended returns a job with what its templates say: of the later ones over that of the earlier, its own over all. Variables add up.
func extended(t testing.TB, file map[string]pipelineJob, name string) pipelineJob {
	t.Helper()
	whole := pipelineJob{Variables: map[string]string{}}
	for _, name := range append(templates(file[name].Extends), name) {
		part, ok := file[name]
		if !ok {
			t.Fatalf("there is no template %q", name)
		}
		maps.Copy(whole.Variables, part.Variables)
		whole.Timeout, whole.Image = cmp.Or(part.Timeout, whole.Timeout), cmp.Or(part.Image, whole.Image)
		if part.Script != nil {
			whole.Script = part.Script
		}
		if part.BeforeScript != nil {
			whole.BeforeScript = part.BeforeScript
		}
		if part.Parallel.Matrix != nil {
			whole.Parallel = part.Parallel
		}
	}
	return whole
}

// templates returns the names that "extends:" holds, which is one or a list.
func templates(extends any) []string {
	var names []string
	switch e := extends.(type) {
	case string:
		names = []string{e}
	case []any:
		for _, name := range e {
			names = append(names, name.(string))
		}
	}
	return names
}

// gitLabJobs is what GitLab runs.
func gitLabJobs(t testing.TB, in Input) []ranJob {
	t.Helper()
	var file map[string]pipelineJob
	parseYAML(t, mustRender(t, renderGitLab, in), &file)
	var all []ranJob
	for name := range file {
		if !strings.HasPrefix(name, "tests:") {
			continue
		}
		job := extended(t, file, name)
		for _, row := range job.Parallel.Matrix {
			for _, python := range row["MATRIX_PYTHON"] {
				shards := row["MATRIX_SHARD"]
				if shards == nil {
					shards = []string{job.Variables["MATRIX_SHARD"]}
				}
				for _, shard := range shards {
					all = append(all, job.ran(t, in, python, shard))
				}
			}
		}
	}
	return all
}

// ran is the job of one combination of its matrix.
func (j pipelineJob) ran(t testing.TB, in Input, python, shard string) ranJob {
	t.Helper()
	variables := maps.Clone(j.Variables)
	variables["MATRIX_PYTHON"], variables["MATRIX_SHARD"] = python, shard
	job := ranJob{Backend: variables["MATRIX_BACKEND"], Python: python, Setup: strings.TrimSuffix(strings.Join(j.BeforeScript, "\n"), "\n")}
	_, _ = fmt.Sscan(shard, &job.Shard)
	_, _ = fmt.Sscan(variables["MATRIX_SHARDS"], &job.Shards)
	if _, err := fmt.Sscanf(j.Timeout, "%d minutes", &job.Minutes); err != nil {
		t.Fatal(err)
	}
	job.Workers = variables[in.Policy.Runner.WorkersEnv]
	job.Command = expand(strings.Join(j.Script, "\n"), variables)
	if image := strings.ReplaceAll(in.Policy.CI.Image.Value, "{python}", python); strings.ReplaceAll(j.Image, "${MATRIX_PYTHON}", python) != image {
		t.Errorf("%s runs in %s, not in %s", job.Backend, j.Image, image)
	}
	return job
}

// TestGitLabSpeaksOfItself: nothing in the file of one service is about the other.
func TestGitLabSpeaksOfItself(t *testing.T) {
	for name, in := range ciInputs(t) {
		if text := string(mustRender(t, renderGitLab, in).content); strings.Contains(text, "GitHub") {
			t.Errorf("%s:\n%s", name, text)
		}
		if text := string(mustRender(t, renderGitHub, in).content); strings.Contains(text, "GitLab") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
