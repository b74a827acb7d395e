package generate

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// A verdict is what a judge says about files: nothing where it finds nothing.
type verdict func(t *testing.T, files []string) string

// actionlint also has shellcheck look at the scripts.
func actionlint(t *testing.T, files []string) string {
	args := []string{"tool", "-modfile=../scripts/tools/go.mod", "actionlint", "-no-color", "-shellcheck=" + shellcheckOrSkip(t), "-pyflakes="}
	return judged(t, "go", append(args, files...)...)
}

func shellcheckOrSkip(t *testing.T) string {
	path := linter(t, "shellcheck")
	if path == "" {
		t.SkipNow()
	}
	return path
}

func zizmor(t *testing.T, files []string) string {
	return judged(t, testrun.Judge(t, "zizmor"), append([]string{"--offline", "--pedantic", "--no-config", "--no-progress", "--quiet"}, files...)...)
}

func schema(name string) verdict {
	return func(t *testing.T, files []string) string {
		return judged(t, testrun.Judge(t, "check-jsonschema"), append([]string{"--builtin-schema", name}, files...)...)
	}
}

// gitLabShellcheck looks at the scripts of GitLab's jobs, as the runner joins them.
func gitLabShellcheck(t *testing.T, files []string) string {
	shellcheck := shellcheckOrSkip(t)
	var scripts []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var jobs map[string]pipelineJob
		parseYAML(t, rendered{content: text}, &jobs)
		for name, job := range jobs {
			script := filepath.Join(t.TempDir(), strings.ReplaceAll(name, ":", "_")+".sh")
			lines := slices.Concat([]string{"#!/usr/bin/env bash", "set -eo pipefail"}, job.BeforeScript, job.Script)
			if err := os.WriteFile(script, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			scripts = append(scripts, script)
		}
	}
	return judged(t, shellcheck, scripts...)
}

// judged returns what a judge says where it ends in anything but 0.
func judged(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return string(out) + err.Error()
	}
	return ""
}

// place writes files below a folder of their own, each where its service looks for it, and returns their paths in order.
func place(t *testing.T, path string, texts map[string]string) []string {
	t.Helper()
	var files []string
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		file := filepath.Join(dir, name, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(texts[name]), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// TestJudgesOfCI: no judge finds anything in the file of any policy, and each complains of a file that was broken for it, so that one
// that doesn't run can't be taken for one that finds nothing.
func TestJudgesOfCI(t *testing.T) {
	gitHub, gitLab := map[string]string{}, map[string]string{}
	for name, in := range ciInputs(t) {
		gitHub[name] = string(mustRender(t, renderGitHub, in).content)
		gitLab[name] = string(mustRender(t, renderGitLab, in).content)
		gitLab["visible "+name] = strings.ReplaceAll(gitLab[name], "\n.", "\n") // the schema lets templates hold anything
	}
	const workflow, pipeline = ".github/workflows/tests.yml", ".gitlab-ci.yml"
	for _, c := range []struct {
		name       string
		judge      verdict
		path       string
		texts      map[string]string
		broken     string // which of the texts gets broken
		old, new   string
		complaints string
	}{
		{"actionlint", actionlint, workflow, gitHub, "ci", "matrix.timeout", "matrix.time", "[expression]"},
		{"shellcheck by actionlint", actionlint, workflow, gitHub, "ci", `"$MATRIX_BACKEND"`, "$MATRIX_BACKEND", "SC2086"},
		{"zizmor, regular", zizmor, workflow, gitHub, "ci", "          persist-credentials: false\n", "          fetch-depth: 1\n", "artipacked"},
		{"zizmor, pedantic", zizmor, workflow, gitHub, "ci", `"$MATRIX_BACKEND"`, "${{ matrix.backend }}", "template-injection"},
		{"schema of workflows", schema("vendor.github-workflows"), workflow, gitHub, "ci", "fail-fast: false", "fail-fast: [false]", "fail-fast"},
		{"schema of time limits", schema("github-workflows-require-timeout"), workflow, gitHub, "ci", "    timeout-minutes: 10\n", "", "timeout-minutes"},
		{"schema of pipelines", schema("vendor.gitlab-ci"), pipeline, gitLab, "visible ci", "when: always", "when: sometimes", "sometimes"},
		{"shellcheck", gitLabShellcheck, pipeline, gitLab, "ci", `"$MATRIX_BACKEND"`, "$MATRIX_BACKEND", "SC2086"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if said := c.judge(t, place(t, c.path, c.texts)); said != "" {
				t.Errorf("%s", said)
			}
			whole := c.texts[c.broken]
			broken := strings.ReplaceAll(whole, c.old, c.new)
			if said := c.judge(t, place(t, c.path, map[string]string{"broken": broken})); broken == whole || !strings.Contains(said, c.complaints) {
				t.Errorf("the broken file is not found: %s", said)
			}
		})
	}
}
