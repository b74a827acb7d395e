package generate

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"policygen/internal/finding"
	"policygen/internal/testrun"
)

// awkward are texts that some YAML reader takes for something else, or that are hard to write; those of [hostile] come on top.
var awkward = append([]string{
	"on", "yes", "No", "y", "null", "~", "true", "3.10", "1e3", "0777", "0x1F", "1_000", "12:30:45", "2026-11-24", ".inf", "<<", "=", "- a", "? a", ": a",
	"a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "[a", "{a}", "a,b", "'a'", "\"a\"", "it's \"it\"", "a  ", "  a", "\ta", "a\t",
	"a\nb", "a\nb\n", "a\nb\n\n", "\na", " a\nb", "a \nb", "a\n b", "a\n\n\nb", "a\n\tb", "a\r\nb", "a\rb", "---", "...", "a\n---\nb", "\x7f", "\x01", "\u0085", "a\u2028b",
	"\ufeffa", "a\ufeff", "\u00a0", "\U0001f600", "é\nü", "\\", "\\n", strings.Repeat("word ", 100) + "end", strings.Repeat("x", 2000), "${{ a }}", "a\n# b\n", "\n", " ", "\ufffe",
}, hostile...)

// everywhere returns a tree that has a text in every place where a text can stand.
func everywhere(f *yamlFile, s string) *yaml.Node {
	commented := f.comment(yamlMapping("in a list", s), s)
	return yamlMapping(
		"value", s, "list", yamlList(s, "after"), "flow", yamlFlow(yamlList(s, s)), "nested", yamlList(commented, yamlFlow(yamlMapping("a", s, "b", 1))),
		"as a key", yamlMapping(s, "value"), f.comment(yamlText("last"), s), f.script([]yamlCommand{{text: s}, {text: s}}),
	)
}

// checkText proves a text in every place: encode fails where one reads back as another.
func checkText(t *testing.T, s string) {
	t.Helper()
	f := newYAMLFile()
	r, err := f.encode([]byte("# header\n"), everywhere(f, s))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	var document map[string]any
	if err := yaml.Unmarshal(r.content, &document); err != nil {
		t.Fatalf("%q: %v\n%s", s, err, r.content)
	}
	if document["value"] != s || document["list"].([]any)[0] != s || document["last"] != s+"\n"+s+"\n" {
		t.Fatalf("%q reads back as %q", s, document)
	}
}

func TestYAMLText(t *testing.T) {
	for _, s := range awkward {
		checkText(t, s)
	}
}

func FuzzYAMLText(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Skip("the schema has no such text")
		}
		checkText(t, s)
	})
}

// TestYAMLStyle: what people write without quotes has none, and a script is a block.
func TestYAMLStyle(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"main", "main"}, {"3.10", `"3.10"`}, {"on", `"on"`}, {"no", `"no"`}, {"12:30:45", `"12:30:45"`}, {"=", `"="`},
		{"${{ matrix.python }}", "${{ matrix.python }}"}, {"pip install -e '.[dev]'", "pip install -e '.[dev]'"},
		{`$A == "b"`, `$A == "b"`}, {"a\nb\n", "|\n  a\n  b"}, {"a\nb", "|-\n  a\n  b"}, {"a\r\nb", `"a\r\nb"`}, {"a\n\n", `"a\n\n"`},
	} {
		f := newYAMLFile()
		r, err := f.encode(nil, yamlMapping("k", c.text))
		if want := "k: " + c.want + "\n"; err != nil || string(r.content) != want {
			t.Errorf("%q: %q, %v, not %q", c.text, r.content, err, want)
		}
	}
}

// TestYAML11 holds texts against PyYAML, a reader of YAML 1.1, as GitLab's is.
func TestYAML11(t *testing.T) {
	f := newYAMLFile()
	root := yamlMapping("texts", yamlList(awkward...), "flow", yamlFlow(yamlList(awkward...)))
	for i, s := range awkward {
		if !strings.ContainsAny(s, "\n") && len(s) < 128 && !slices.Contains(awkward[:i], s) { // PyYAML has no longer keys
			root.Content = append(root.Content, yamlText("key "+s), yamlText(s), yamlText(s), yamlText("value"))
		}
	}
	r, err := f.encode(nil, root)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(testrun.Judge(t, "python"), "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.buffer), sys.stdout)")
	cmd.Stdin = strings.NewReader(string(r.content))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, err.(*exec.ExitError).Stderr)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, s := range awkward {
		if v := got["texts"].([]any)[i]; v != s {
			t.Errorf("%q reads as %q", s, v)
		}
		if v := got["flow"].([]any)[i]; v != s {
			t.Errorf("%q reads as %q in a line", s, v)
		}
	}
	if n := len(root.Content) / 2; len(got) != n {
		t.Errorf("%d keys of %d", len(got), n)
	}
	t.Logf("%d texts in %d places read back by PyYAML", len(awkward), 3)
}

// TestSameYAML: the proof sees every kind of difference.
func TestSameYAML(t *testing.T) {
	for _, c := range []struct{ want, got string }{
		{"a: b", "a: c"}, {`a: "1"`, "a: 1"}, {"a: [b]", "a: b"}, {"a: [b, c]", "a: [b]"}, {"a: b", "c: b"}, {"a: {b: c}", "a: [b, c]"}, {"a: 'null'", "a:"},
	} {
		var want, got yaml.Node
		if err := yaml.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal([]byte(c.got), &got); err != nil {
			t.Fatal(err)
		}
		if sameYAML(&want, &want) != nil || sameYAML(&want, &got) == nil {
			t.Errorf("%q and %q are the same", c.want, c.got)
		}
	}
	if _, err := newYAMLFile().encode(nil, yamlMapping("a", 1, "a", 2)); err == nil {
		t.Error("a key twice is accepted")
	}
}

// TestYAMLOrigins: each line has what its node follows from, and what the nodes around it follow from; a comment has its own.
func TestYAMLOrigins(t *testing.T) {
	at := func(line int) Origin { return Origin{Pos: finding.Position{File: "p", Line: line}} }
	f := newYAMLFile()
	script := f.script([]yamlCommand{{"one", []Origin{at(1)}}, {"two\nthree", []Origin{at(2)}}})
	single := f.script([]yamlCommand{{"four\r\n", []Origin{at(3)}}})
	r, err := f.encode([]byte("# header\n"), yamlMapping(
		"plain", "x",
		"value", f.from(yamlText("x"), at(4)),
		f.comment(f.comment(yamlText("job"), "first", at(5)), "second", at(6)), f.from(yamlMapping("run", script, "odd", single, "flow", yamlFlow(yamlList(f.from(yamlText("a"), at(7)), f.from(yamlText("b"), at(8))))), at(9)),
		"list", yamlList(f.comment(f.from(yamlFlow(yamlMapping("a", 1)), at(10)), "third", at(11)), f.from(yamlMapping("a", 1, "b", 2), at(12))),
		"end", true,
	))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(string(r.content), "\n"), "\n") {
		var from []string
		for _, o := range r.origins[i] {
			from = append(from, fmt.Sprint(o.Pos.Line))
		}
		fmt.Fprintf(&b, "%-16s|%s\n", line, strings.Join(from, " "))
	}
	const want = `# header        |
plain: x        |
value: x        |4
# first         |5
# second        |6
job:            |9
  run: |        |1 2 9
    one         |1 9
    two         |2 9
    three       |2 9
  odd: "four\r\n"|3 9
  flow: [a, b]  |7 8 9
list:           |
  # third       |11
  - {a: 1}      |10
  - a: 1        |12
    b: 2        |12
end: true       |
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}
