package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

// consoleBlock is a fenced block of README.md: commands after "$ ", each followed by what it prints.
var consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```\n")

// fileBlock is a fenced block whose info string names the file that it is: ```cue policygen.cue
var fileBlock = regexp.MustCompile("(?ms)^```[a-z]+ ([a-z./_]+)\n(.*?)^```\n")

// notRun are the beginnings of the README's commands that its own test can't run: one runs this test, the other needs a network. What
// the latter would install is in the Python that the test is given.
var notRun = []string{"scripts/test", "python3 -m venv .venv && "}

// TestReadme runs every command of the README: those that start with go in this repository, the others in a folder that holds nothing
// but the files that the README shows, with the policygen that the README installs. With -update the outputs in the README are rewritten.
func TestReadme(t *testing.T) {
	const name = "../../README.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, m := range fileBlock.FindAllStringSubmatch(string(text), -1) {
		if err := os.WriteFile(filepath.Join(dir, m[1]), []byte(m[2]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	python := testrun.Python(t, testrun.Newest)
	bin := t.TempDir()
	env := append(os.Environ(), "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "PYTHON="+python, "NO_COLOR=1")
	seen := 0
	got := consoleBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		for line := range strings.Lines(consoleBlock.FindStringSubmatch(block)[1]) {
			command, isCommand := strings.CutPrefix(line, "$ ")
			if !isCommand {
				continue
			}
			seen++
			b.WriteString(line)
			if !slices.ContainsFunc(notRun, func(prefix string) bool { return strings.HasPrefix(command, prefix) }) {
				b.WriteString(runReadme(t, strings.TrimSpace(command), dir, env))
			}
		}
		return b.String() + "```\n"
	})
	if seen < 5 {
		t.Errorf("the README has only %d commands", seen)
	}
	if got == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the README does not show what its commands print; run the test with -update and read the difference:\n%s", got)
}

func runReadme(t *testing.T, command, dir string, env []string) string {
	t.Helper()
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir, cmd.Env = dir, env
	if strings.HasPrefix(command, "go ") {
		cmd.Dir = "../.."
	}
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(out)
}
