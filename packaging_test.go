package policygen_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"policygen/internal/testrun"
)

func readYAML(t *testing.T, name string, value any) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// An action is what these tests read of action.yml.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []struct {
			Name, Uses, Run, Shell string
			With, Env              map[string]string
		}
	}
}

// TestActionIsClean lets the linters of actions look at action.yml.
func TestActionIsClean(t *testing.T) {
	for _, command := range [][]string{
		{"zizmor", "--pedantic", "--offline", "--no-progress", "action.yml"},
		{"check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"},
	} {
		if out, err := exec.Command(testrun.Judge(t, command[0]), command[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", command, err, out)
		}
	}
}

// TestActionTakesGoOfTheModule holds the one version that stands twice.
func TestActionTakesGoOfTheModule(t *testing.T) {
	var a action
	readYAML(t, "action.yml", &a)
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	needed := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	if got := a.Runs.Steps[0].With["go-version"]; needed == nil || got != string(needed[1]) {
		t.Errorf("action.yml sets up Go %s, go.mod needs %s", got, needed[1])
	}
}

// stub is a policygen that notes its arguments and writes what the action asks it for.
const stub = `#!/bin/sh
for arg; do
	printf '%s\0' "$arg" >>"$STUB_ARGS"
	case $arg in
	--output=github=*) printf '::error::annotated\n' >"${arg#--output=github=}" ;;
	--output=github-summary=*) printf '### table\n' >"${arg#--output=github-summary=}" ;;
	esac
done
printf '::add-mask::from a file\n'
printf 'said to stderr' >&2
exit "$STUB_STATUS"
`

// A check is one run of the last step of action.yml with the stub.
type check struct {
	args            []string
	output, summary string
	status          int
}

// runCheck runs it as GitHub's runner does, with the defaults of the inputs but for those given, by the name of their variable.
func runCheck(t *testing.T, status string, inputs ...string) check {
	t.Helper()
	bash := testrun.Program(t, "bash")
	var a action
	readYAML(t, "action.yml", &a)
	dir := t.TempDir()
	own := filepath.Join(dir, "policygen-action")
	summary, args := filepath.Join(dir, "summary"), filepath.Join(dir, "args")
	step := a.Runs.Steps[len(a.Runs.Steps)-1]
	script := filepath.Join(dir, "script.sh")
	if err := errors.Join(os.Mkdir(own, 0o777), os.WriteFile(filepath.Join(own, "policygen"), []byte(stub), 0o777),
		os.WriteFile(script, []byte(step.Run), 0o666), os.WriteFile(summary, []byte("before\n"), 0o666)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+dir, "GITHUB_STEP_SUMMARY="+summary, "STUB_ARGS="+args, "STUB_STATUS="+status)
	for variable, value := range step.Env {
		name := strings.TrimSuffix(strings.TrimPrefix(value, "${{ inputs."), " }}")
		if _, declared := a.Inputs[name]; !declared {
			t.Fatalf("%s is %s, which is no input", variable, value)
		}
		cmd.Env = append(cmd.Env, variable+"="+a.Inputs[name].Default)
	}
	cmd.Env = append(cmd.Env, inputs...)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput()
	written, _ := os.ReadFile(summary)
	noted, _ := os.ReadFile(args)
	all := strings.Split(strings.TrimSuffix(string(noted), "\x00"), "\x00")
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], own, "OWN")
	}
	return check{all, string(out), string(written), cmd.ProcessState.ExitCode()}
}

// TestActionRuns holds what the action passes on, that the runner takes no command from the text, and the exit code.
func TestActionRuns(t *testing.T) {
	always := []string{"check", "--format=text", "--output=github=OWN/annotations", "--output=github-summary=OWN/summary.md"}
	plain := runCheck(t, "0")
	if !slices.Equal(plain.args, always) || plain.status != 0 {
		t.Errorf("got %q, exit code %d", plain.args, plain.status)
	}
	form := regexp.MustCompile(`^::stop-commands::(\S+)\n::add-mask::from a file\nsaid to stderr\n::(\S+)::\n::error::annotated\n$`)
	if m := form.FindStringSubmatch(plain.output); m == nil || m[1] != m[2] {
		t.Errorf("got output %q", plain.output)
	}
	if plain.summary != "before\n### table\n" {
		t.Errorf("got summary %q", plain.summary)
	}
	full := runCheck(t, "1", "INPUT_POLICY=base.cue\r\nits $(touch x) `own`.cue\n\n", "INPUT_REPORTS=sarif=a b.sarif\njunit=*.xml", "INPUT_ARGUMENTS=--strict\n--\n'q\"",
		"INPUT_ANNOTATIONS=false", "INPUT_SUMMARY=false")
	want := slices.Concat(always, []string{
		"--policy=base.cue", "--policy=its $(touch x) `own`.cue", "--output=sarif=a b.sarif", "--output=junit=*.xml", "--strict", "--", `'q"`,
	})
	if !slices.Equal(full.args, want) || full.status != 1 {
		t.Errorf("got %q, exit code %d, want %q", full.args, full.status, want)
	}
	if strings.Contains(full.output, "annotated") || full.summary != "before\n" {
		t.Errorf("got output %q, summary %q", full.output, full.summary)
	}
}

// TestActionScripts lets shellcheck look at the scripts in action.yml.
func TestActionScripts(t *testing.T) {
	shellcheck := testrun.Program(t, "shellcheck")
	var a action
	readYAML(t, "action.yml", &a)
	for _, step := range a.Runs.Steps {
		if step.Run == "" {
			continue
		}
		cmd := exec.Command(shellcheck, "--shell=bash", "-")
		cmd.Stdin = bytes.NewReader([]byte(step.Run))
		if out, err := cmd.CombinedOutput(); err != nil || step.Shell != "bash" {
			t.Errorf("%s: %v\n%s", step.Name, err, out)
		}
	}
}

// TestHooks holds what every hook of pre-commit needs here: it looks at the whole repository, once.
func TestHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Entry, Language string
		PassFilenames             *bool  `yaml:"pass_filenames"`
		RequireSerial             bool   `yaml:"require_serial"`
		AlwaysRun                 bool   `yaml:"always_run"`
		MinimumVersion            string `yaml:"minimum_pre_commit_version"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	entries := map[string]string{}
	for _, h := range hooks {
		entries[h.ID] = h.Entry
		if h.Language != "golang" || h.PassFilenames == nil || *h.PassFilenames || !h.RequireSerial || !h.AlwaysRun || h.MinimumVersion != "3.0.0" || h.Name == "" {
			t.Errorf("%s: %+v", h.ID, h)
		}
	}
	for id, entry := range map[string]string{"policygen-check": "policygen check", "policygen-render-check": "policygen render --check --staged"} {
		if entries[id] != entry {
			t.Errorf("%s runs %q, want %q", id, entries[id], entry)
		}
	}
}
