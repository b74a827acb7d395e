package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"policygen/internal/finding"
)

// told returns the findings of a folder in short: "file:line CODE", with "(ignored)" where a comment suppresses one.
func told(found finding.List) (lines []string) {
	for _, f := range found {
		line := fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Code)
		if f.Suppressed() {
			line += " (ignored)"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestSuppression(t *testing.T) {
	const over = "EXAMPLE_BACKEND=native EXAMPLE_ENGINE=native pytest -n 10 --dist load tests/unit"
	for name, c := range map[string]struct{ file, text, want string }{
		"same line":              {"a.sh", over + " # policygen: ignore[PG201] a trial\n", "a.sh:1 PG201 (ignored)"},
		"next line":              {"a.sh", "# policygen: ignore[PG201] a trial\n\n" + over + "\n" + over + "\n", "a.sh:3 PG201 (ignored), a.sh:4 PG201"},
		"several codes":          {"a.sh", "# policygen: ignore[PG201, PG205] a trial\n" + strings.Replace(over, "--dist load", "--dist each", 1) + "\n", "a.sh:2 PG201 (ignored), a.sh:2 PG205 (ignored)"},
		"several comments":       {"a.sh", "# policygen: ignore[PG201] a trial\n# policygen: ignore[PG205] another\n" + strings.Replace(over, "--dist load", "--dist each", 1) + "\n", "a.sh:3 PG201 (ignored), a.sh:3 PG205 (ignored)"},
		"lines that go on":       {"a.sh", "# policygen: ignore[PG201] a trial\n" + strings.Replace(over, "pytest", "pytest \\\n ", 1) + "\n", "a.sh:3 PG201 (ignored)"},
		"behind lines":           {"a.sh", strings.Replace(over, "-n 10", "\\\n -n 10 \\\n", 1) + " # policygen: ignore[PG201] a trial\n", "a.sh:2 PG201 (ignored)"},
		"whole file":             {"a.sh", over + "\n" + over + "\n# policygen: ignore-file[PG201] trials\n", "a.sh:1 PG201 (ignored), a.sh:2 PG201 (ignored)"},
		"block scalar":           {".github/workflows/a.yml", "on: push\njobs:\n  a:\n    timeout-minutes: 300\n    steps:\n      - run: bash tests/run_all_tests.sh\n      - run: |\n          # policygen: ignore[PG201,PG209] a trial\n          " + over + "\n", ".github/workflows/a.yml:9 PG209 (ignored), .github/workflows/a.yml:9 PG201 (ignored)"},
		"fenced block":           {"a.md", "<!-- policygen: ignore[PG201] a trial -->\n\n```bash\nls\n" + over + "\n```\n\n    " + over + "\n", "a.md:5 PG201 (ignored), a.md:8 PG201"},
		"paragraph":              {"a.md", "<!-- policygen: ignore[PG201] a trial -->\nHere\n`" + over + "` is\nwrong.\n\n`" + over + "`\n", "a.md:3 PG201 (ignored), a.md:6 PG201"},
		"in a span":              {"a.md", "Write `# policygen: ignore[PG201]`.\n", ""},
		"HTML in a fence":        {"a.md", "```html\n<!-- policygen: ignore[PG201] -->\n```\n", ""},
		"ReST":                   {"a.rst", ".. policygen: ignore[PG201] a trial\n\n.. code-block:: bash\n\n   ls\n\n   " + over + "\n\nAlso::\n\n   " + over + "\n", "a.rst:7 PG201 (ignored), a.rst:11 PG201"},
		"INI":                    {"tox.ini", "[testenv]\nsetenv =\n  EXAMPLE_BACKEND=native\n  EXAMPLE_ENGINE=native\ncommands =\n  ; policygen: ignore[PG201] a trial\n  pytest -n 10 --dist load tests/unit\n", "tox.ini:7 PG201 (ignored)"},
		"no reason":              {"a.sh", "# policygen: ignore[PG201]\n" + over + "\n", "a.sh:1 PG504, a.sh:2 PG201"},
		"no code":                {"a.sh", "# policygen: ignore a trial\n" + over + "\n", "a.sh:1 PG504, a.sh:2 PG201"},
		"unknown code":           {"a.sh", "# policygen: ignore[PG299] a trial\n" + over + "\n", "a.sh:1 PG504, a.sh:2 PG201"},
		"another word":           {"a.sh", "# policygen: disable=PG201\n" + over + "\n", "a.sh:1 PG504, a.sh:2 PG201"},
		"its own codes":          {"a.sh", "# policygen: ignore[PG504] a trial\n# policygen: ignore\nls pytest\n", "a.sh:1 PG504, a.sh:2 PG504"},
		"unused":                 {"a.sh", "# policygen: ignore[PG201] a trial\npytest -n 8 --dist loadfile tests/unit\n", "a.sh:1 PG505"},
		"half unused":            {"a.sh", "# policygen: ignore[PG201, PG205] a trial\n" + over + "\n", "a.sh:1 PG505, a.sh:2 PG201 (ignored)"},
		"pins are not ours":      {"a.sh", "# policygen: ignore[PIN001] later\npytest tests/unit\n", ""},
		"under --strict only":    {"a.sh", "# policygen: ignore[PG503] known in CI\n" + strings.Replace(over, "-n 10", `-n "$(cores)"`, 1) + "\n", ""},
		"prose":                  {"a.sh", "# policygen: renders the wrapper, see docs\npytest tests/unit\n", ""},
		"markers of blocks":      {"a.toml", "# policygen:begin pytest\n# policygen:end pytest\n", ""},
		"a file as a whole":      {"tests/x/test_a.py", "import os\n# policygen: ignore[PG217] run by hand\nos.getcwd()\n", "tests/x/test_a.py:0 PG217 (ignored)"},
		"a test file of its own": {"tests/x/test_a.py", "# policygen: ignore-file[PG217] run by hand\n", "tests/x/test_a.py:0 PG217 (ignored)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := checkFolder(t, repository(t, exampleFile{c.file, c.text}), func(in *Input) {
				in.Codes, _ = ParseCodes([]string{"PG201", "PG205", "PG209", "PG210", "PG217", "PG5"}, nil)
			})
			found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.File == "policygen.cue" })
			if got := strings.Join(told(found), ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestUnusedCounts holds that a comment is not called unused where its code was not looked for.
func TestUnusedCounts(t *testing.T) {
	dir := repository(t, exampleFile{"a.sh", "# policygen: ignore[PG201] a trial\npytest tests/unit\n"})
	for _, c := range []struct {
		selected, ignored []string
		want              int
	}{{nil, nil, 1}, {[]string{"PG201,PG505"}, nil, 1}, {[]string{"PG205", "PG5"}, nil, 0}, {nil, []string{"PG20*"}, 0}, {nil, []string{"PG505"}, 0}} {
		codes, err := ParseCodes(c.selected, c.ignored)
		if err != nil {
			t.Fatal(err)
		}
		if found := checkFolder(t, dir, func(in *Input) { in.Codes = codes }); len(found) != c.want {
			t.Errorf("%v, %v: %v", c.selected, c.ignored, found)
		}
	}
}

func TestParseCodes(t *testing.T) {
	for _, word := range []string{"PG9", "", "PG20**", "PG201,", "workers"} {
		if _, err := ParseCodes([]string{word}, nil); err == nil {
			t.Errorf("--select %q is taken", word)
		}
		if _, err := ParseCodes(nil, []string{word}); err == nil {
			t.Errorf("--ignore %q is taken", word)
		}
	}
	c, err := ParseCodes([]string{"pg2", "PG50*"}, []string{"PG215"})
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]bool{"PG201": true, "PG215": false, "PG301": false, "PG505": true} {
		if c.has(code) != want {
			t.Errorf("%s: %v", code, !want)
		}
	}
}

// FuzzDirectives holds that no text makes reading comments panic, and that what is found lies in the text.
func FuzzDirectives(f *testing.F) {
	for _, text := range []string{"# policygen: ignore[PG201] x\\\n\\\n", "<!-- policygen: ignore[PG201] a -->\n```\n", ".. policygen: ignore[PG201] a\n\n::\n\n  x", "# policygen:ignore-file[PG2\n"} {
		for _, name := range []string{"a.sh", "a.md", "a.rst", "a.ini", "a.cue"} {
			f.Add(name, text)
		}
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		list, bad := directivesOf(name, []byte(text), nil)
		lines := strings.Count(text, "\n") + 1
		for _, d := range list {
			if d.first > d.last || d.last > lines || d.reason == "" || len(d.codes) == 0 {
				t.Errorf("%+v of %d lines", d, lines)
			}
		}
		for _, b := range bad {
			if b.Line < 1 || b.Line > lines {
				t.Errorf("%v of %d lines", b, lines)
			}
		}
	})
}

// TestReach holds which lines a comment holds for.
func TestReach(t *testing.T) {
	const env = "EXAMPLE_BACKEND=native EXAMPLE_ENGINE=native "
	const over = env + "pytest -n 10 --dist load tests/unit"
	const broken = "pytest\n          -n\n          10\n          --dist load\n          tests/unit\n"
	job := "on: push\nenv: {EXAMPLE_BACKEND: native, EXAMPLE_ENGINE: native}\njobs:\n  a:\n    timeout-minutes: 300\n    steps:\n      - run: bash tests/run_all_tests.sh\n"
	gitlab := "variables: {EXAMPLE_BACKEND: native, EXAMPLE_ENGINE: native}\na:\n  timeout: 5h\n  script:\n    - bash tests/run_all_tests.sh\n"
	ignore := "# policygen: ignore[PG201] a trial\n"
	for name, c := range map[string]struct{ file, text, want string }{
		"a list":                     {"a.sh", ignore + "cd . &&\n\t" + over + "\n" + over + "\n", "a.sh:3 PG201 (ignored), a.sh:4 PG201"},
		"behind a list":              {"a.sh", over + " &&\n\t:  # policygen: ignore[PG201] a trial\n" + over + "\n", "a.sh:1 PG201 (ignored), a.sh:3 PG201"},
		"a subshell":                 {"a.sh", ignore + "(\n\t: \n\t" + over + "\n)\n" + over + "\n", "a.sh:4 PG201 (ignored), a.sh:6 PG201"},
		"a group":                    {"a.sh", "{\n\t" + over + "\n}  " + ignore + over + "\n", "a.sh:2 PG201 (ignored), a.sh:4 PG201"},
		"in a group":                 {"a.sh", "{\n\t" + over + "  " + ignore + "\t" + over + "\n}\n", "a.sh:2 PG201 (ignored), a.sh:3 PG201"},
		"a group in a list":          {"a.sh", ignore + ": && {\n\t" + over + "\n}\n" + over + "\n", "a.sh:3 PG201 (ignored), a.sh:5 PG201"},
		"a function":                 {"a.sh", ignore + "f() {\n\t" + over + "\n}\nf\n", "a.sh:1 PG505, a.sh:3 PG201"},
		"a condition":                {"a.sh", ignore + "if :; then\n\t" + over + "\nfi\n", "a.sh:1 PG505, a.sh:3 PG201"},
		"in a list":                  {"a.sh", ": &&\n\t" + ignore + "\t" + over + "\n", "a.sh:3 PG201 (ignored)"},
		"a substitution":             {"a.sh", "x=\"$(\n\t" + ignore + "\t" + over + "\n)\"\n", "a.sh:3 PG201 (ignored)"},
		"a folded scalar":            {".github/workflows/a.yml", job + "      " + ignore + "      - run: >\n          " + broken, ".github/workflows/a.yml:12 PG201 (ignored)"},
		"behind its key":             {".github/workflows/a.yml", job + "      - run: >-  " + ignore + "          " + broken + "        name: x\n", ".github/workflows/a.yml:11 PG201 (ignored)"},
		"a literal scalar":           {".github/workflows/a.yml", job + "      " + ignore + "      - run: |\n\n          :\n          " + over + "\n      - run: |\n          " + over + "\n", ".github/workflows/a.yml:12 PG201 (ignored), .github/workflows/a.yml:14 PG201"},
		"a plain scalar":             {".github/workflows/a.yml", job + "      " + ignore + "      - run: " + broken, ".github/workflows/a.yml:11 PG201 (ignored)"},
		"a quoted scalar":            {".github/workflows/a.yml", job + "      " + ignore + "      - run: \"" + strings.TrimSpace(broken) + "\"\n", ".github/workflows/a.yml:11 PG201 (ignored)"},
		"an item of a list":          {".gitlab-ci.yml", gitlab + "    " + ignore + "    - pytest\n      -n 10 --dist load\n    - pytest -n 10 --dist load\n", ".gitlab-ci.yml:8 PG201 (ignored), .gitlab-ci.yml:9 PG201"},
		"a folded item":              {".gitlab-ci.yml", gitlab + "    " + ignore + "    - >\n     pytest\n     -n 10 --dist load\n    - pytest -n 10 --dist load\n", ".gitlab-ci.yml:9 PG201 (ignored), .gitlab-ci.yml:10 PG201"},
		"a call":                     {"a.py", "# policygen: ignore[PG219] a trial\nsubprocess.run(\n    [\n        'pytest', 'tests/unit',\n    ],\n)\n", "a.py:4 PG219 (ignored)"},
		"behind a call":              {"a.py", "subprocess.run(\n    ['pytest',\n     'tests/unit'],\n)  # policygen: ignore[PG219] a trial\n", "a.py:2 PG219 (ignored)"},
		"within a call":              {"a.py", "subprocess.run(\n    ['pytest',\n     'tests/unit'],  # policygen: ignore[PG219] a trial\n)\nsubprocess.run(['pytest', 'tests/unit'])\n", "a.py:2 PG219 (ignored), a.py:5 PG219"},
		"before a docstring":         {"a.py", "def f():\n    # policygen: ignore[PG201] a trial\n    \"\"\"Run:\n\n    " + over + "\n    \"\"\"\n", "a.py:5 PG201 (ignored)"},
		"behind a docstring":         {"a.py", "def f():\n    \"\"\"Run:\n\n    " + over + "\n    \"\"\"  # policygen: ignore[PG201] a trial\n", "a.py:4 PG201 (ignored)"},
		"a string of Python":         {"a.py", "x = '''\n# policygen: ignore\n'''\nsubprocess.run(['pytest', 'tests/unit'])\n", "a.py:4 PG219"},
		"a fenced comment":           {"a.md", "```bash\n# policygen: ignore[PG201] a trial\n" + over + "\n" + over + "\n```\n", "a.md:3 PG201 (ignored), a.md:4 PG201"},
		"behind a fenced command":    {"a.md", "- One:\n\n  ```\n  $ " + env + "pytest \\\n      -n 10 --dist load  # policygen: ignore[PG201] a trial\n  ```\n", "a.md:5 PG201 (ignored)"},
		"an indented block":          {"a.md", "    # policygen: ignore[PG201] a trial\n    " + over + "\n", "a.md:2 PG201 (ignored)"},
		"at the end of a block":      {"a.md", "    # policygen: ignore[PG201] a trial\n\n" + over + "\n", "a.md:1 PG505"},
		"a block of ReST":            {"a.rst", "Run::\n\n   # policygen: ignore[PG201] a trial\n   " + over + "\n", "a.rst:4 PG201 (ignored)"},
		"malformed in a block":       {"a.md", "```bash\n# policygen: ignore[PG201]\n" + over + "\n```\n", "a.md:2 PG504, a.md:3 PG201"},
		"unused in a block":          {"a.md", "```bash\n# policygen: ignore[PG201] a trial\npytest tests/unit\n```\n", "a.md:2 PG505"},
		"a block of examples":        {"a.md", "<!-- policygen: ignore[PG504, PG505] examples -->\n```bash\n# policygen: ignore[PG201]\n# policygen: ignore[PG201] x\n```\n", "a.md:3 PG504 (ignored), a.md:4 PG505 (ignored)"},
		"no examples after all":      {"a.md", "<!-- policygen: ignore[PG505] examples -->\n```bash\nls\n```\n", "a.md:1 PG505"},
		"printed":                    {"a.sh", "echo '# policygen: ignore[PG201]'\necho \"it's # policygen: ignore\"\npytest tests/unit\n", ""},
		"printed over lines":         {"a.sh", "echo 'x\n# policygen: ignore\n'\npytest tests/unit\n", ""},
		"a here-document":            {"a.sh", "cat <<'E'\n# policygen: ignore\nE\npytest tests/unit\n", ""},
		"printed in a workflow":      {".github/workflows/a.yml", job + "      - run: echo '# policygen: ignore[PG201]' && bash tests/run_all_tests.sh\n", ""},
		"an apostrophe":              {"a.sh", over + "  # don't # policygen: ignore[PG201]\n: don\\'t; " + over + " # policygen: ignore[PG201] a trial\n", "a.sh:1 PG201, a.sh:1 PG504, a.sh:2 PG201 (ignored)"},
		"an apostrophe of a comment": {".gitlab-ci.yml", gitlab + "    - echo \"don't\"; " + over + " # policygen: ignore[PG201] a trial\n", ".gitlab-ci.yml:6 PG201 (ignored)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := checkFolder(t, repository(t, exampleFile{c.file, c.text}), func(in *Input) {
				in.Codes, _ = ParseCodes([]string{"PG201", "PG219", "PG504", "PG505"}, nil)
			})
			if got := strings.Join(told(found), ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
