package generate

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policygen/policy"
)

// leaving are commands that end in another folder, or look as if they might; each says "here FOLDER" where it begins.
var leaving = [...]string{
	"echo here $PWD; cd sub", "echo here $PWD\npushd sub >out", "echo here $PWD; eval 'cd sub'", "echo here $PWD; . ./go.sh", "echo here $PWD\nif true; then . ./go.sh; fi",
	"echo here $PWD; source go.sh", "echo here $PWD; true . && (cd sub)", "echo here $PWD; { cd sub; }", "echo here $PWD; export KEPT=1", "echo here $PWD",
}

// TestCICommandsRunInTheRoot runs what both services run: every command begins in the project's root, whatever the one before it did, and so
// do the wrapper and the check. What a command exports the next one has.
func TestCICommandsRunInTheRoot(t *testing.T) {
	in := ciInput(t)
	var commands []policy.Setting[string]
	for _, text := range leaving {
		commands = append(commands, texts(text)...)
	}
	in.Policy.CI.Install = append(commands, texts("echo here $PWD; cd sub")...)
	for i := range in.Policy.CI.Jobs {
		in.Policy.CI.Jobs[i].Setup = in.Policy.CI.Install
	}
	in.Command = "echo here $PWD $KEPT #" // what checks the rendered files
	root := t.TempDir()
	wrapper := in.Policy.Targets[slices.IndexFunc(in.Policy.Targets, func(t policy.Target) bool { return t.Kind == "wrapper" })]
	writeFile(t, filepath.Join(root, wrapper.Path), "echo here $PWD $KEPT\n")
	writeFile(t, filepath.Join(root, "go.sh"), "cd sub\n")
	writeFile(t, filepath.Join(root, "sub/file"), "")
	run := func(service, variable string, lines []string, want int) {
		t.Helper()
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", strings.Join(lines, "\n"))
		cmd.Dir = root
		cmd.Env = append(os.Environ(), variable+"="+root, "MATRIX_BACKEND=b", "MATRIX_SHARD=1", "MATRIX_SHARDS=1", "PWD="+root)
		out, err := cmd.CombinedOutput()
		if n := strings.Count(string(out), "here "); err != nil || n != want {
			t.Errorf("%s: %d of %d commands ran: %v\n%s", service, n, want, err, out)
		}
		for line := range strings.Lines(string(out)) {
			if text := strings.TrimSpace(line); strings.HasPrefix(text, "here ") && text != "here "+root && text != "here "+root+" 1" {
				t.Errorf("%s: %s, not in %s, of\n%s", service, text, root, strings.Join(lines, "\n"))
			}
		}
	}
	all := len(leaving) + 1
	var w workflowFile
	parseYAML(t, mustRender(t, renderGitHub, in), &w)
	for _, job := range w.Jobs {
		for _, step := range job.Steps {
			if strings.HasPrefix(step.Name, "Install") {
				run("github", "GITHUB_WORKSPACE", []string{step.Run}, all)
			}
		}
	}
	var jobs map[string]pipelineJob
	parseYAML(t, mustRender(t, renderGitLab, in), &jobs)
	for name, own := range map[string]int{".tests": 1, "policy": 2} {
		run("gitlab", "CI_PROJECT_DIR", slices.Concat(jobs[name].BeforeScript, jobs[name].Script), all+own)
	}
}

// TestCICommandsStayShort: a command that can't leave the root gets no way back.
func TestCICommandsStayShort(t *testing.T) {
	in := ciInput(t)
	for _, command := range []string{
		`python -m pip install -c constraints.txt -e ".[dev]"`, "pip install .", "pip install . -c x", "./source.sh", "make -C src/cd all", "tox --cd x", "cargo build --source=.",
	} {
		in.Policy.CI.Jobs[0].Setup = texts(command)
		c := ci{Input: in, CI: in.Policy.CI}
		if got := c.commands(texts(command), true); len(got) != 1 {
			t.Errorf("%q: %v", command, got)
		}
	}
}

// TestCIWrapperNeedsNoMode: CI starts the wrapper where it has lost the bit that makes it executable.
func TestCIWrapperNeedsNoMode(t *testing.T) {
	for _, path := range []string{"run.sh", "tests/it's here.sh"} {
		in := ciInput(t)
		in.Policy.Targets = []policy.Target{{Name: "w", Kind: "wrapper", Path: path}}
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, path), "printf '%s|' \"$@\"\n")
		cmd := exec.Command("bash", "-c", newCI(in, gitHubService).commandLine().text)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "MATRIX_BACKEND=a b", "MATRIX_SHARD=1", "MATRIX_SHARDS=2")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "--backend|a b|--shard|1/2|--junit-dir|") {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}
