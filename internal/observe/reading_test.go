package observe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// inTree returns a file of a repository that holds files of these names.
func inTree(t *testing.T, name string, contents map[string]string) file {
	t.Helper()
	tree := fstest.MapFS{}
	for n, content := range contents {
		tree[n] = &fstest.MapFile{Data: []byte(content)}
	}
	f, err := file{repo: newRepository(tree)}.other(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// told writes what a reader found, one line for each snippet, its own variables without those of the service.
func told(f found) string {
	var b strings.Builder
	for _, sn := range f.snippets {
		b.WriteString(strings.TrimSpace(fmt.Sprintf("%s %s", sn.start(), sn.where)))
		if flags := flagsOf(sn); flags != "" {
			fmt.Fprintf(&b, " (%s)", flags)
		}
		if sn.dir != "" {
			fmt.Fprintf(&b, " in %s", legible(sn.dir))
		}
		for _, name := range slices.Sorted(maps.Keys(sn.env)) {
			if _, ok := runnerEnv[name]; !ok && !slices.Contains([]string{"GITHUB_JOB", "RUNNER_OS", "CI_JOB_NAME", "GITLAB_CI", "CI_PROJECT_DIR"}, name) {
				fmt.Fprintf(&b, " %s=%s", name, legible(sn.env[name]))
			}
		}
		if sn.text.Len() > 0 {
			fmt.Fprintf(&b, ": %s\n", strings.ReplaceAll(legible(strings.TrimSpace(sn.text.String())), "\n", "; "))
		} else {
			fmt.Fprintf(&b, ": %s\n", legible(fmt.Sprintf("%v", allTexts(sn.argv))))
		}
	}
	for _, j := range f.jobs {
		if j.Limit.IsValid() {
			fmt.Fprintf(&b, "%s job %s: %v minutes at %s\n", j.Position, j.Name, j.Minutes, j.Limit)
		}
	}
	for _, p := range f.problems {
		fmt.Fprintf(&b, "%s problem: %s\n", p.Position, p.Message)
	}
	return b.String()
}

func flagsOf(sn snippet) string {
	var all []string
	for flag, on := range map[string]bool{"errexit": sn.errExit, "pipefail": sn.pipeFail, "posix": sn.dialect == shell.POSIX, "doubtful": sn.doubtful, sn.hidden: sn.hidden != ""} {
		if on {
			all = append(all, flag)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// check compares what was told with lines that are indented for the table they stand in.
func check(t *testing.T, got found, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if want := strings.Join(lines, "\n"); strings.TrimSpace(told(got)) != want {
		t.Errorf("told:\n%s\nwant:\n%s", told(got), want)
	}
}

// indented takes the tabs off that the code around a text gives it.
func indented(text string) string {
	text = strings.TrimPrefix(text, "\n")
	tabs := text[:len(text)-len(strings.TrimLeft(text, "\t"))]
	return strings.TrimRight(strings.ReplaceAll("\n"+text, "\n"+tabs, "\n")[1:], "\t")
}

// legible writes unknown values as «name».
func legible(text string) string {
	for _, name := range pytest.Unknowns(text) {
		text = strings.ReplaceAll(text, pytest.Unknown(name), "«"+name+"»")
	}
	return text
}

// A file whose commands have no environment may name variables of a service all the same.
func TestServiceVariablesWithoutEnvironment(t *testing.T) {
	f := inTree(t, "deploy/tests.yml", map[string]string{"deploy/tests.yml": "test:\n  script:\n    - pytest -n \"$CI_NODE_TOTAL\"\n"})
	got := told(readOtherYAML(f))
	if want := "deploy/tests.yml:3:7 (errexit) CI_NODE_TOTAL=«CI_NODE_TOTAL»: pytest -n \"«CI_NODE_TOTAL»\"\n"; got != want {
		t.Errorf("found %q, want %q", got, want)
	}
}
