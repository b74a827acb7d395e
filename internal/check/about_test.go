package check

import (
	"slices"
	"strings"
	"testing"

	"policygen/internal/finding"
)

// TestPagesAboutBackends holds that a command is not taken for the default backend's on a page about another one.
func TestPagesAboutBackends(t *testing.T) {
	const command = "    pytest -n 8 tests/unit\n" // without --dist, which the default backend wants
	for name, c := range map[string]struct {
		file exampleFile
		want string
	}{
		"any page":                       {exampleFile{"a.md", command}, "a.md:1 PG205"},
		"by its name":                    {exampleFile{"docs/native_mode.md", command}, ""},
		"by a title":                     {exampleFile{"a.md", "# Tests\n\n## Native mode\n\n" + command}, ""},
		"by a title above":               {exampleFile{"a.md", "# Native\n\n## Tests\n\n" + command}, ""},
		"by an underlined one":           {exampleFile{"a.rst", "Native\n======\n\nTests\n-----\n\n::\n\n" + command}, ""},
		"by one that ended":              {exampleFile{"a.md", "# Native\n\n# Mock\n\n" + command}, "a.md:5 PG205"},
		"by one of its level":            {exampleFile{"a.rst", "Native\n------\n\nTests\n-----\n\n::\n\n" + command}, "a.rst:9 PG205"},
		"no title in a block":            {exampleFile{"a.md", "```\n# native\n```\n\n" + command}, "a.md:5 PG205"},
		"behind a block of its own sign": {exampleFile{"a.md", "~~~\n```\n~~~\n\n# Native\n\n" + command}, ""},
		"behind a block of four":         {exampleFile{"a.md", "````\n```\n````\n\n# Native\n\n" + command}, ""},
		"no title of ReST":               {exampleFile{"a.rst", "Tests\n=====\n\n.. code::\n\n   # native\n\n::\n\n" + command}, "a.rst:10 PG205"},
		"both are named":                 {exampleFile{"a.md", "# Mock and native\n\n" + command}, "a.md:3 PG205"},
		"the command says it":            {exampleFile{"native.md", "    " + native + "pytest -n 12 --dist load tests/unit\n"}, "native.md:1 PG201"},
		"whatever is meant":              {exampleFile{"native.md", "    pytest -n 9 tests/slow\n"}, "native.md:1 PG201"},
		"a script of that name":          {exampleFile{"native.sh", "pytest -n 8 tests/unit\n"}, "native.sh:1 PG205"},
	} {
		t.Run(name, func(t *testing.T) {
			found := checkFolder(t, repository(t, c.file), func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG201", "PG205"}, nil) })
			if got := strings.Join(told(found), ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestSentences holds that a command within a sentence is no error, and one that stands by itself is.
func TestSentences(t *testing.T) {
	over := native + "pytest -n 12 --dist loadfile tests/unit"
	for _, c := range []struct {
		text string
		want finding.Severity
	}{
		{"With `" + over + "` it crashed.\n", finding.Warning},
		{"    " + over + "\n", finding.Error},
		{"```sh\n" + over + "\n```\n", finding.Error},
		{"<!-- -->\n- run `EXAMPLE_BACKEND=native pytest tests/unit` (PG208)\n", finding.Warning},
	} {
		found := checkFolder(t, repository(t, exampleFile{"a.md", c.text}), func(*Input) {})
		if len(found) == 0 || slices.ContainsFunc(found, func(f finding.Finding) bool { return f.File == "a.md" && f.Severity != c.want }) {
			t.Errorf("%q: %v", c.text, found)
		}
	}
}

// TestPicks holds that a run of single files or tests is no phase: CI may try them before all others, and a script need not be a wrapper.
func TestPicks(t *testing.T) {
	script := "#!/bin/sh\nset -e\npytest -n 0 tests/unit/test_a.py\npytest -n 0 tests/slow/test_b.py::test_c\n"
	for name, c := range map[string]struct {
		file exampleFile
		want string
	}{
		"one file in CI":       {workflow("TZ=UTC pytest tests/slow/test_b.py"), ""},
		"a folder in CI":       {workflow("TZ=UTC pytest tests/slow/more"), ".github/workflows/ci.yml:7 PG209"},
		"a file and a folder":  {workflow("TZ=UTC pytest tests/slow/test_b.py tests/slow/more"), ".github/workflows/ci.yml:7 PG209"},
		"a script of files":    {exampleFile{"smoke.sh", script}, ""},
		"a script of folders":  {exampleFile{"smoke.sh", "#!/bin/sh\nset -e\npytest -n 0 tests/unit\npytest -n 0 tests/slow\n"}, "smoke.sh:3 PG218"},
		"words for a timeout":  {exampleFile{"all.sh", "#!/bin/sh\nset -e\n./limit.sh 9 pytest -n 0 tests/unit\n./limit.sh 9 pytest -n 0 tests/slow\n"}, "all.sh:3 PG218"},
		"a phase is that file": {exampleFile{"own.sh", "#!/bin/sh\nset -e\npytest -n 0 tests/unit\npytest -n 0 tests/one.py\n"}, "own.sh:3 PG218"},
	} {
		t.Run(name, func(t *testing.T) {
			policy := strings.Replace(ExamplePolicy(), "phases: {", "phases: {\n\tone: paths: [\"tests/one.py\"]", 1)
			dir := repository(t, exampleFile{"policygen.cue", policy}, c.file, exampleFile{"limit.sh", "#!/bin/sh\nshift\n\"$@\"\n"}, exampleFile{"tests/slow/more/test_a.py", ""}, exampleFile{"tests/one.py", ""})
			found := checkFolder(t, dir, func(in *Input) { in.Codes, _ = ParseCodes([]string{"PG209", "PG218"}, nil) })
			if got := strings.Join(told(found), ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
