package check

import (
	"fmt"
	"strings"
	"testing"
)

// TestDeclaredFailures holds that a service's word for "this may fail" is the same fact in all of them.
func TestDeclaredFailures(t *testing.T) {
	for _, f := range []exampleFile{
		{".github/workflows/a.yml", "on: push\njobs:\n  a:\n    timeout-minutes: 9\n    continue-on-error: true\n    steps: [{run: pytest tests/unit}]\n"},
		{".github/workflows/a.yml", "on: push\njobs:\n  a:\n    timeout-minutes: 9\n    steps: [{run: pytest tests/unit, continue-on-error: true}]\n"},
		{".gitlab-ci.yml", "a:\n  allow_failure: true\n  script: [pytest tests/unit]\n"},
		{"azure-pipelines.yml", "jobs:\n- job: a\n  steps:\n  - script: pytest tests/unit\n    continueOnError: true\n"},
		{".cirrus.yml", "a_task:\n  allow_failures: true\n  test_script: pytest tests/unit\n"},
		{".buildkite/pipeline.yml", "steps:\n- label: a\n  command: pytest tests/unit\n  soft_fail: true\n"},
		{"bitbucket-pipelines.yml", "pipelines:\n  default:\n    - step:\n        name: a\n        on-fail-ignore: true\n        script: [pytest tests/unit]\n"},
		{"cloudbuild.yaml", "steps:\n- id: a\n  name: python\n  script: pytest tests/unit\n  allowFailure: true\n"},
	} {
		found := checkFolder(t, repository(t, f), func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG212"}, nil) })
		var got []string
		for _, x := range found {
			got = append(got, fmt.Sprintf("%s %s", x.Severity, x.Message))
		}
		if s := strings.Join(got, ", "); !strings.HasPrefix(s, "warning failing tests leave the job green: ") || len(got) != 1 {
			t.Errorf("%s: %s", f.Name, s)
		}
	}
}

// TestLimits holds what is said of limits, and what is to be done about them.
func TestLimits(t *testing.T) {
	job := func(limit, command string) exampleFile {
		return exampleFile{".github/workflows/a.yml", "on: push\njobs:\n  a:\n" + limit + "    steps: [{run: " + command + "}]\n"}
	}
	for name, c := range map[string]struct {
		file exampleFile
		want string
	}{
		"no limit of a job": {job("", "bash tests/run_all_tests.sh"),
			`job "a" runs tests without a time limit of its own; by the policy they may take 1h30m (timeout-minutes: 100 or more)`},
		"a part of a phase": {job("", "pytest tests/unit/test_unit.py"),
			`job "a" runs tests without a time limit of its own (timeout-minutes: as many as these tests may take)`},
		"too short": {job("    timeout-minutes: 20\n", "pytest tests/unit"), `job "a" ends after 20m, but what it runs may take 30m (timeout-minutes: 40 or more)`},
		"of others": {job("", "ruff check"), ""},
		"too short for GitLab": {exampleFile{".gitlab-ci.yml", "a:\n  timeout: 20m\n  script: [pytest tests/unit]\n"},
			`job "a" ends after 20m, but what it runs may take 30m (timeout: 40 minutes or more)`},
		"too short for Azure": {exampleFile{"azure-pipelines.yml", "jobs:\n- job: a\n  timeoutInMinutes: 20\n  steps:\n  - script: pytest tests/unit\n"},
			`job "a" ends after 20m, but what it runs may take 30m (raise it to 40 minutes or more)`},
	} {
		found := checkFolder(t, repository(t, c.file), func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG211"}, nil) })
		var got []string
		for _, x := range found {
			got = append(got, fmt.Sprintf("%s (%s)", x.Message, x.Help))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: got  %s\nwant %s", name, s, c.want)
		}
	}
}
