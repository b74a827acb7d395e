package generate

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
	"policygen/policy"
)

// allBlocks are the names of the page's parts, in another order than the page's.
var allBlocks = [...]string{"exit-codes", "crashes", "requirements", "workarounds", "phases", "backends", "commands"}

// docsOf returns the page of a policy, or blocks of it.
func docsOf(t *testing.T, in Input, blocks ...string) rendered {
	t.Helper()
	r, err := renderDocs(in, policy.Target{Kind: "docs", Path: "docs/testing.md", Blocks: blocks})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.prove(); err != nil {
		t.Fatalf("%v\n%s", err, r.content)
	}
	if lines := bytes.Count(r.content, []byte("\n")); len(r.origins) != lines || r.partial != (len(blocks) > 0) {
		t.Errorf("%d lines have %d origins; partial: %v", lines, len(r.origins), r.partial)
	}
	return r
}

func TestDocsBlocksGolden(t *testing.T) {
	all := inputs(t)
	golden(t, "every_field.blocks.md", string(docsOf(t, all["every_field"], allBlocks[:]...).content))
	serial := all["serial"]
	serial.Policy.Targets = nil // no wrapper to call
	golden(t, "serial.blocks.md", string(docsOf(t, serial, "commands", "workarounds", "crashes").content))
}

// TestDocsBlocksAreThePage: a block says what the page says below the heading, and each block once.
func TestDocsBlocksAreThePage(t *testing.T) {
	for name, in := range inputs(t) {
		page := string(docsOf(t, in).content)
		for _, s := range docsSections() {
			text := string(docsOf(t, in, s.name).content)
			_, body, _ := strings.Cut(text, "; DO NOT EDIT. Edit the policy instead and run: policygen render -->\n")
			body, _, _ = strings.Cut(body, "<!-- policygen:end")
			if body = strings.TrimSpace(body); !strings.Contains(page, "\n"+body+"\n") && body != s.absent || strings.Contains(body, "## ") {
				t.Errorf("%s: the page lacks %q", name, body)
			}
		}
	}
}

// TestDocsBlockIsItsOwn: what is between a block's markers does not depend on which blocks stand around it.
func TestDocsBlockIsItsOwn(t *testing.T) {
	in := inputs(t)["every_field"]
	all := docsOf(t, in, allBlocks[:]...)
	for _, name := range allBlocks {
		alone := string(docsOf(t, in, name).content)
		if block := alone[strings.Index(alone, "<!-- policygen:begin"):]; !strings.Contains(string(all.content), block) {
			t.Errorf("alone, the block %s is\n%s", name, block)
		}
	}
}

func TestDocsOrigins(t *testing.T) {
	in := inputs(t)["every_field"]
	for _, r := range []rendered{docsOf(t, in), docsOf(t, in, allBlocks[:]...)} {
		for start, want := range map[string]string{
			"| `fast`: in memory": `fast: title + detect: "logical" + dist:                "loadscope"`,
			"| `native`":          `native: { + workers: {default: 2, max: 4 + dist:             "worksteal" + xdist-714 + engine-abort`,
			"| `quick`":           `quick: { + serial:     true + allowEmpty: true + required:   false + "tests/quick"`,
			"| `unit`":            `timeout:      "30m" + markers:      "not slow" + keywords: + "tests/more unit"`,
			"- `native`":          `timeout: "45m"`,
			"| `xdist-714`":       `"xdist-714": {why + xdist-714`,
			"| `engine-abort`":    `"engine-abort": {} + engine-abort`,
			"| `engine`":          `engine: {range:`,
			"| `pytest` | `>=7`":  `requires: pytest: {range: ">=7"`,
			"| 0 | all is well |": "",
			"| Phase | Tests":     "",
		} {
			checkOrigins(t, r, "testdata/policies/every_field.cue", start, want)
		}
	}
}

// TestDocsLint: a linter for Markdown has nothing to say about any page, with and without blocks. Switched off is the rule for
// the length of lines (md013), since a row of a table is one line. It finds what is wrong with a page that is.
func TestDocsLint(t *testing.T) {
	pymarkdown := testrun.Judge(t, "pymarkdown")
	lint := func(dir string) (string, error) {
		cmd := exec.Command(pymarkdown, "--enable-extensions", "markdown-tables", "--disable-rules", "md013", "scan", ".")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	dir := t.TempDir()
	n := 0
	for name, in := range inputs(t) {
		writeFile(t, filepath.Join(dir, name+".md"), string(docsOf(t, in).content))
		writeFile(t, filepath.Join(dir, name+"-all.md"), string(docsOf(t, in, allBlocks[:]...).content))
		if n++; n > testrun.Figure(10) {
			continue
		}
		for _, block := range allBlocks {
			writeFile(t, filepath.Join(dir, name+"-"+block+".md"), string(docsOf(t, in, block).content))
		}
	}
	if out, err := lint(dir); err != nil || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
	page := string(docsOf(t, inputs(t)["sparkless"], allBlocks[:]...).content)
	controls := t.TempDir()
	rules := map[string]struct{ old, new string }{
		"MD022": {"\n\n<!-- policygen:begin backends", "\n<!-- policygen:begin backends"}, "MD058": {"-->\n\n| Code", "-->\n| Code"},
		"MD012": {"\n\n| Code", "\n\n\n| Code"}, "MD031": {"-->\n\n```sh", "-->\n```sh"}, "MD009": {"is well |\n", "is well | \n"},
	}
	for rule, c := range rules {
		writeFile(t, filepath.Join(controls, rule+".md"), strings.Replace(page, c.old, c.new, 1))
	}
	out, _ := lint(controls)
	for rule := range rules {
		if !regexp.MustCompile(rule + `\.md:.* ` + rule + ":").MatchString(out) {
			t.Errorf("%s is not found:\n%s", rule, out)
		}
	}
}

// TestCheckBlocks: the proof sees markers that are missing, doubled or in another order.
func TestCheckBlocks(t *testing.T) {
	target := policy.Target{Path: "docs/testing.md", Blocks: []string{"phases", "backends"}}
	page := string(docsOf(t, inputs(t)["sparkless"], target.Blocks...).content)
	for _, c := range []struct{ old, new string }{
		{"<!-- policygen:end phases -->", ""}, {"policygen:begin backends", "policygen:begin commands"}, {"end phases -->", "end phases -->\n<!-- policygen:end phases -->"},
	} {
		if err := checkBlocks(target, []byte(strings.Replace(page, c.old, c.new, 1))); err == nil {
			t.Errorf("%q instead of %q is not seen", c.new, c.old)
		}
	}
	if _, err := renderDocs(inputs(t)["sparkless"], policy.Target{Path: "x.md", Blocks: []string{"pytest"}}); err == nil {
		t.Error("the page has a block that it doesn't know")
	}
	slices.Reverse(target.Blocks)
	if err := checkBlocks(target, []byte(page)); err == nil {
		t.Error("another order is not seen")
	}
}

// TestDocsHostileNotice: the comment at the top ends where it should, whatever the names of the policy's files.
func TestDocsHostileNotice(t *testing.T) {
	in := inputs(t)["every_field"]
	in.Policy.Sources = []string{"a-->\n# b.cue"}
	page, _, _ := strings.Cut(string(docsOf(t, in).content), "\n")
	if !strings.HasSuffix(page, "policygen render -->") || strings.Count(page, "-->") != 1 {
		t.Error(page)
	}
}

// TestDocsWithoutWrapper: a page of a policy that renders no script speaks of none, and of no option that only a script has.
func TestDocsWithoutWrapper(t *testing.T) {
	for name, in := range inputs(t) {
		in.Policy.Targets = []policy.Target{{Name: "docs", Kind: "docs", Path: "a.md"}}
		page := mustRender(t, func(in Input) (rendered, error) { return renderDocs(in, in.Policy.Targets[0]) }, in)
		if err := page.prove(); err != nil {
			t.Error(err)
		}
		for _, word := range []string{"script", "Script", "`--backend`", "--help", "--dry-run", "Exit codes", "124"} {
			if strings.Contains(string(page.content), word) {
				t.Errorf("%s: the page has %q\n%s", name, word, page.content)
			}
		}
	}
}

// TestDocsBackendEnv: the variables that choose a backend are named as many as there are.
func TestDocsBackendEnv(t *testing.T) {
	for want, names := range map[string][]string{
		"`--backend` chooses, else `plain`.":                                nil,
		"`--backend` chooses, else `A`, else `plain`.":                      {"A"},
		"`--backend` chooses, else the first of `A`, `B` that is set, else": {"A", "B"},
	} {
		in := inputs(t)["targets"]
		in.Policy.Runner.BackendEnv = names
		page := mustRender(t, func(in Input) (rendered, error) { return renderDocs(in, policy.Target{Path: "a.md"}) }, in)
		if !strings.Contains(string(page.content), want) {
			t.Errorf("%q: no %q in\n%s", names, want, page.content)
		}
	}
}
