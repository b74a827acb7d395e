package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// markedPolicy has two phases of one folder that markers tell apart, and one that a marker splits.
const markedPolicy = `policy: {
	project: "example"
	defaults: {backend: "mock", workers: default: 8}
	backends: mock: {}
	phases: {
		fast: {paths: ["tests/unit"], markers: "not slow", env: TZ: "UTC"}
		slow: {paths: ["tests/unit"], markers: "slow", serial: true}
		both: {paths: ["tests/both"], serialMarker: "alone"}
	}
	targets: wrapper: {kind: "wrapper", path: "run.sh"}
}
`

// TestMarkedPhases holds that a phase is known by its paths and its markers together, from whichever folder above it is run.
func TestMarkedPhases(t *testing.T) {
	ci := func(command string) exampleFile { return workflow("bash run.sh", command) }
	for name, c := range map[string]struct {
		file exampleFile
		want string
	}{
		"in its folder":         {exampleFile{"a.md", "    pytest tests/unit -m slow -n 2\n"}, "a.md:1 PG201"},
		"from the root":         {exampleFile{"a.md", "    pytest -m slow -n 2\n"}, "a.md:1 PG201"},
		"from the root by name": {exampleFile{"a.md", "    pytest . -m ' slow ' -n 2\n"}, "a.md:1 PG201"},
		"from a folder":         {exampleFile{"a.md", "```sh\ncd tests && pytest -m '(slow)' -n 2\n```\n"}, "a.md:2 PG201"},
		"the other one":         {exampleFile{"a.md", "    pytest -m 'not slow' -n 2\n"}, ""},
		"another expression":    {exampleFile{"a.md", "    pytest -m 'slow and not gpu' -n 2\n"}, ""},
		"no expression":         {exampleFile{"a.md", "    pytest -n 2\n"}, ""},
		"half of a split one":   {exampleFile{"a.md", "    pytest -m alone -n 2\n"}, "a.md:1 PG201"},
		"elsewhere":             {exampleFile{"a.md", "    pytest docs -m slow -n 2\n"}, ""},
		"a copy in CI":          {ci("TZ=UTC pytest -m 'not slow'"), ".github/workflows/ci.yml:8 PG209"},
		"its environment":       {ci("pytest -m 'not slow'"), ".github/workflows/ci.yml:8 PG207, .github/workflows/ci.yml:8 PG209"},
		"a part of no phase":    {ci("pytest -m gpu"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := repository(t, exampleFile{"policygen.cue", markedPolicy}, c.file, exampleFile{"tests/both/test_a.py", ""})
			found := checkFolder(t, dir, func(in *Input) {
				in.Codes, _ = ParseCodes([]string{"PG201", "PG207", "PG209", "PG210"}, nil)
			})
			if got := strings.Join(told(found), ", "); got != c.want {
				t.Errorf("got  %s\nwant %s\n%v", got, c.want, found)
			}
		})
	}
}

// TestOtherRepositories holds that the tests of a clone are no business of the policy.
func TestOtherRepositories(t *testing.T) {
	clone := exampleFile{"downstream.sh", "#!/bin/sh\nset -e\ngit clone https://host.example/o/other.git\ncd other\n" + native + "pytest -n 12 --dist loadfile tests/unit\n"}
	found := checkFolder(t, repository(t, clone), func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG20"}, nil) })
	if len(found) > 0 {
		t.Error(found)
	}
}

// TestPhasesLeftOut holds that a script in the wrapper's place has to run all phases.
func TestPhasesLeftOut(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"one is missing":   {"pytest tests/unit\n", "tests/run_all_tests.sh:2 PG217"},
		"all are there":    {"pytest tests/unit\npytest tests/slow\n", ""},
		"all in one":       {"pytest\n", ""},
		"nobody knows":     {"pytest tests/unit\npytest \"$(next)\"\n", ""},
		"no pytest at all": {"exit\n", ""},
	} {
		dir := repository(t)
		put(t, dir, "tests/run_all_tests.sh", "#!/bin/sh\n"+c.text)
		if err := os.Remove(filepath.Join(dir, ".policygen/manifest.json")); err != nil {
			t.Fatal(err)
		}
		found := checkFolder(t, dir, func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG217"}, nil) })
		if got := strings.Join(told(found), ", "); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", name, got, c.want)
		}
	}
}
