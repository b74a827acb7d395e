package main

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/check"
	"policygen/internal/pins"
	"policygen/internal/testrun"
	"policygen/policy"
)

const rulesPage = "../../docs/rules.md"

// TestRulesPage holds that docs/rules.md says what the records of the rules say. With -update it is written.
func TestRulesPage(t *testing.T) {
	want := makeRulesPage()
	if *update {
		if err := os.WriteFile(rulesPage, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/rules.md is not what the rules say; run the test with -update and read the difference")
	}
}

// TestRulesPageLint holds that a linter for Markdown has nothing to say about the page. Lines may be long, and Makefiles have tabs.
func TestRulesPageLint(t *testing.T) {
	tool := testrun.Judge(t, "pymarkdown")
	lint := func(file string) string {
		out, err := exec.Command(tool, "--enable-extensions", "markdown-tables", "--disable-rules", "md013,md010", "scan", file).CombinedOutput()
		if err != nil {
			return string(out) + err.Error()
		}
		return string(out)
	}
	if said := lint(rulesPage); said != "" {
		t.Error(said)
	}
	broken := filepath.Join(t.TempDir(), "rules.md")
	if err := os.WriteFile(broken, []byte(strings.Replace(makeRulesPage(), "\n\n## ", "\n## ", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if said := lint(broken); !strings.Contains(said, "MD022") {
		t.Errorf("the broken page is not found: %s", said)
	}
}

// TestCodesAreKnown holds that explain knows every code that a policy of the tests is refused with, and no code twice.
func TestCodesAreKnown(t *testing.T) {
	known := map[string]bool{}
	for _, c := range policy.Codes() {
		known[c.Code] = true
	}
	for _, r := range check.Rules() {
		if known[r.Code] {
			t.Errorf("%s is there twice", r.Code)
		}
		known[r.Code] = true
	}
	goldens, err := filepath.Glob("../../policy/testdata/broken/*.golden")
	if err != nil || len(goldens) < 10 {
		t.Fatalf("%d goldens, %v", len(goldens), err)
	}
	seen := map[string]bool{}
	for _, name := range goldens {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(string(text)) {
			if codeWord.MatchString(word) {
				seen[word] = true
				if !known[word] {
					t.Errorf("%s: nobody explains %s", name, word)
				}
			}
		}
	}
	if len(seen) < 12 {
		t.Errorf("the goldens have only %d codes", len(seen))
	}
}

func makeRulesPage() string {
	var b strings.Builder
	b.WriteString(`<!-- Made from the rules themselves by "go test ./cmd/policygen -run TestRulesPage -update"; do not edit. -->
<!-- policygen: ignore-file[PG504] one of the examples is malformed -->

# What policygen finds

` + "`policygen check`" + ` holds every place that starts pytest, every pinned version and every rendered file against the policy. Each kind of finding
has a code that stays what it is once released; ` + "`policygen explain PG201`" + ` prints what stands here about one of them.

An **error** makes the exit code 1; with ` + "`--strict`" + ` a **warning** does too. A finding can be milder than its rule. ` +
		"`--select` and `--ignore`" + ` take codes and
beginnings of codes: ` + "`PG2`, `PG20*`" + `.

## Suppressing a finding

A comment does it, with the code and a reason, at the end of the line or on a line of its own before it:

` + "```sh" + `
# policygen: ignore[PG205] these tests share nothing
pytest -n 8 --dist load tests/unit
pytest -n 12 tests/load  # policygen: ignore[PG201, PG205] the machine for this has 64 CPUs
` + "```" + `

It reaches the command with all lines that it goes on in, whether a backslash, ` + "`&&`" + `, brackets, a call of Python or a scalar of YAML holds them together;
before ` + "`( … )`, `{ … }`" + ` or a block scalar it holds for what is in there. The body of a function, a loop or a condition is no part of a command.
` + "`ignore-file[PG201]`" + ` holds for the whole file. In Markdown it is ` + "`<!-- policygen: ignore[PG201] reason -->`" + ` before a block or a paragraph, in ReST
a comment that begins with two dots; within a block of code it is a comment as above. A comment that suppresses nothing is a finding, and so is one that
policygen does not understand; for pages that show some as examples, a comment of the page may ignore PG504 and PG505.

## All codes

| code | | what is found |
| --- | --- | --- |
`)
	for _, c := range policy.Codes() {
		fmt.Fprintf(&b, "| %s | error | the policy is invalid: %s |\n", c.Code, c.Summary)
	}
	for _, r := range check.Rules() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.Code, anchor(r), r.Severity, r.Summary)
	}
	for _, r := range pins.Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Code, r.Severity, r.Summary)
	}
	b.WriteString("\nThe codes that begin with PIN are about pinned versions; `policygen pins` has them alone. PG214 is not given to any rule.\n")
	fmt.Fprintf(&b, "\n## The policy of the examples\n\n%s", fenced("cue", check.ExamplePolicy()))
	b.WriteString("\nThe examples are files beside it, beside what it renders and beside tests in `tests/unit` and `tests/slow`.\n")
	for _, r := range check.Rules() {
		writeRuleSection(&b, r)
	}
	return b.String()
}

func heading(r check.Rule) string { return r.Code + ": " + r.Name }

// anchor returns what GitHub makes of a heading.
func anchor(r check.Rule) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case strings.ContainsRune(":,.'", c):
			return -1
		}
		return c
	}, strings.ToLower(heading(r)))
}

func writeRuleSection(b *strings.Builder, r check.Rule) {
	bad, good := r.Examples()
	fmt.Fprintf(b, "\n## %s\n\n%s, since %s: %s.\n\n%s\n", heading(r), upperFirst(r.Severity.String()), r.Since, r.Summary, paragraph(r.Why, 140))
	if r.Fixable {
		b.WriteString("\n" + check.HowFixed + "\n")
	}
	fmt.Fprintf(b, "\nFound: %s\n%s\nFine:\n%s", bad.Why, exampleBlocks(bad), exampleBlocks(good))
}

func exampleBlocks(e check.Example) string {
	var b strings.Builder
	for _, f := range e.Files {
		if f.Name == check.Steps {
			b.WriteString("\n" + fenced("sh", "policygen render\n"+f.Text))
			continue
		}
		text := f.Text
		if path.Ext(f.Name) == ".sh" || path.Ext(f.Name) == ".py" {
			fmt.Fprintf(&b, "\n`%s`:\n", f.Name)
		} else {
			text = commented(f.Name) + text
		}
		b.WriteString("\n" + fenced(languageOf(f.Name), text))
	}
	return b.String()
}

// commented returns the name of a file as the comment that the block begins with.
func commented(name string) string {
	if path.Ext(name) == ".md" {
		return "<!-- " + name + " -->\n\n"
	}
	return "# " + name + "\n"
}

func languageOf(name string) string {
	if name == "Makefile" {
		return "make"
	}
	return map[string]string{".md": "markdown", ".sh": "sh", ".yml": "yaml", ".toml": "toml", ".ini": "ini", ".py": "python"}[path.Ext(name)]
}

func fenced(language, text string) string { return "```" + language + "\n" + text + "```\n" }

// TestAnchorsAreUnique holds that the links of the table lead somewhere.
func TestAnchorsAreUnique(t *testing.T) {
	var anchors []string
	for _, r := range check.Rules() {
		anchors = append(anchors, anchor(r))
	}
	slices.Sort(anchors)
	if n := len(slices.Compact(slices.Clone(anchors))); n != len(check.Rules()) {
		t.Errorf("%d anchors for %d rules", n, len(check.Rules()))
	}
}

// TestBugsAreFound: what docs/sparkless-bugs.md says that check reports is in the list of what it reports.
func TestBugsAreFound(t *testing.T) {
	page, err := os.ReadFile("../../docs/sparkless-bugs.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("testdata/expected/sparkless.txt")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, m := range regexp.MustCompile(`check: ((?:(?:PG|PIN)[0-9]+(?:, )?)+)`).FindAllStringSubmatch(string(page), -1) {
		for code := range strings.SplitSeq(m[1], ", ") {
			if named++; !strings.Contains(string(list), " "+code+"\n") {
				t.Errorf("%s is in no line of the list", code)
			}
		}
	}
	if named < 20 {
		t.Errorf("the page names %d codes", named)
	}
}
