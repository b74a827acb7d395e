package generate

import (
	"encoding/json"
	"io/fs"
	"math"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"policygen/internal/finding"
	"policygen/internal/testrun"
	"policygen/policy"
)

// hostileTexts are what a format may take for something else than a text, or can't say as it stands.
var hostileTexts = append([]string{
	"on", "off", "yes", "NO", "y", "true", "False", "null", "~", "Null", "none", "nan", ".inf", "-.INF", "1", "-1", "+1", "1.0", "1e3", "1e+06", ".5", "1.",
	"0x1f", "0o17", "017", "0b1", "1_000", "1:30", "190:20:30", "2026-01-31", "2026-01-31T10:00:00Z", "=", "<<", "?", "- a", "-", "a: b", ": ", "#", "a #b",
	"!tag", "&a", "*a", "|", ">", "%YAML", "@x", "`x`", "---", "...", "[a]", "{a}", "a, b", "'''", `"""`, `\n`, "\\", "a.b", `"a".'b'`, "a\nb", "a\nb\n", "a\nb\n\n",
	"\n", "\n\n", "\na", " a\nb", "a \nb", "a\n  b\n c", "a\n\tb", "a\r\nb", "\r", "\t", " ", " a", "a ", "\x01", "\x07\x08\x1b", "\x7f", "\u0080", "\u0085", "a\u2028b",
	"\ufeff", "\ufeffa", "é", "日本", "😀", "\ufffd", "\ufffe", strings.Repeat("long ", 60), strings.Repeat("x", 300), "a\n---\nb", "a\n# policygen:end x\nb", "key = 1", "[x]",
}, hostile...)

// tree makes a random content.
func (d dice) tree(depth int) policy.Content {
	c := policy.Content{Pos: finding.Position{File: "policygen.cue", Line: 1 + d.IntN(90), Column: 1}}
	switch n := d.IntN(12); {
	case depth > 0 && n < 3:
		c.Fields = []policy.Member{}
		for range d.IntN(5) {
			name := d.pick(append(hostileTexts[:40:40], "a", "b", "c.d", "e f")...)
			m := policy.Member{Name: name, Pos: finding.Position{File: "policygen.cue", Line: 100 + d.IntN(90), Column: 1}, Content: d.tree(depth - 1)}
			if d.chance(30) {
				m.Name += d.pick(hostileTexts...)
			}
			if !slices.ContainsFunc(c.Fields, func(x policy.Member) bool { return x.Name == m.Name }) {
				c.Fields = append(c.Fields, m)
			}
		}
	case depth > 0 && n < 6:
		c.Items = []policy.Content{}
		for range d.IntN(4) {
			c.Items = append(c.Items, d.tree(depth-1))
		}
	case n < 9:
		c.Scalar = d.pick(hostileTexts...)
	case n == 9:
		c.Scalar = d.chance(50)
	case n == 10:
		c.Scalar = []int64{0, 1, -1, 42, math.MaxInt64, math.MinInt64, 1 << 53}[d.IntN(7)]
	default:
		c.Scalar = []float64{0, 1, -1.5, 1e3, 1e6, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, 3.14159}[d.IntN(11)]
	}
	return c
}

// document makes a random content that TOML can hold too.
func (d dice) document(depth int) policy.Content {
	for {
		if c := d.tree(depth); c.Fields != nil {
			return c
		}
	}
}

// beyondTOML are what YAML and JSON hold besides.
func (d dice) beyondTOML(c policy.Content) policy.Content {
	if c.Fields == nil && c.Items == nil && d.chance(20) {
		huge, _ := new(big.Int).SetString(d.pick("123456789012345678901234567890", "-9223372036854775809", "18446744073709551615"), 10)
		c.Scalar = []any{nil, huge}[d.IntN(2)]
	}
	for i := range c.Items {
		c.Items[i] = d.beyondTOML(c.Items[i])
	}
	for i := range c.Fields {
		c.Fields[i].Content = d.beyondTOML(c.Fields[i].Content)
	}
	return c
}

// value is a content as Python's json reads it.
func value(c policy.Content) any {
	switch {
	case c.Fields != nil:
		m := map[string]any{}
		for _, f := range c.Fields {
			m[f.Name] = value(f.Content)
		}
		return m
	case c.Items != nil:
		l := []any{}
		for _, item := range c.Items {
			l = append(l, value(item))
		}
		return l
	}
	if text, ok := numberText(c.Scalar); ok {
		return json.Number(text)
	}
	return c.Scalar
}

func contentOf(t testing.TB, format string, c policy.Content) rendered {
	t.Helper()
	in := Input{Policy: &policy.Policy{Sources: []string{"policygen.cue"}}, Command: "policygen render"}
	r, err := renderContent(in, policy.Target{Format: format, Content: c})
	if err == nil && r.prove != nil {
		err = r.prove()
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", format, err, r.content)
	}
	if lines := strings.Count(string(r.content), "\n"); len(r.origins) != lines || r.mode != 0o644 {
		t.Fatalf("%s: %d lines have %d origins", format, lines, len(r.origins))
	}
	return r
}

// TestContentRoundTrip: whatever a content holds, Python's readers of YAML (1.1), JSON and TOML read what it says.
func TestContentRoundTrip(t *testing.T) {
	type question struct {
		Format, Text string
		Want         any
	}
	var questions []question
	for seed := range uint64(testrun.Figure(6000)) {
		d := newDice(seed + 9<<32)
		c := d.document(4)
		questions = append(questions, question{"toml", string(contentOf(t, "toml", c).content), value(c)})
		c = d.beyondTOML(c)
		for _, format := range []string{"yaml", "json"} {
			questions = append(questions, question{format, string(contentOf(t, format, c).content), value(c)})
		}
		if c = d.beyondTOML(d.tree(1)); seed%4 == 0 {
			questions = append(questions, question{"yaml", string(contentOf(t, "yaml", c).content), value(c)})
		}
	}
	for _, text := range hostileTexts {
		c := policy.Content{Fields: []policy.Member{{Name: text, Content: policy.Content{Scalar: text}}}}
		for _, format := range []string{"yaml", "json", "toml"} {
			questions = append(questions, question{format, string(contentOf(t, format, c).content), value(c)})
		}
	}
	input, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(testrun.Judge(t, "python"), "-c", `
import json, sys, tomllib, yaml
loaders = {"yaml": lambda text: yaml.safe_load(text), "json": json.loads, "toml": tomllib.loads}
wrong = []
def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b
for q in json.load(sys.stdin):
    try:
        read = loaders[q["Format"]](q["Text"])
        if not same(read, q["Want"]):
            wrong.append(f"{q['Format']}: {read!r} is read, {q['Want']!r} was meant\n{q['Text']}")
    except Exception as e:
        wrong.append(f"{q['Format']}: {e!r}, {q['Want']!r} was meant\n{q['Text']}")
print(len(wrong), *wrong[:3], sep="\n")`)
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := cmd.Output()
	if err != nil || string(out) != "0\n" {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%d documents", len(questions))
}

// example is a content with what people write.
func example() policy.Content {
	at := func(line int) finding.Position { return finding.Position{File: "policygen.cue", Line: line, Column: 1} }
	text := func(line int, s string) policy.Content { return policy.Content{Pos: at(line), Scalar: s} }
	list := func(items ...policy.Content) policy.Content { return policy.Content{Items: items} }
	field := func(line int, name string, c policy.Content) policy.Member {
		return policy.Member{Name: name, Pos: at(line), Content: c}
	}
	group := func(fields ...policy.Member) policy.Content { return policy.Content{Fields: fields} }
	return group(
		field(1, "requires", list(text(2, "tox>=4.20"))),
		field(3, "env", group(
			field(4, "3.13", group(
				field(5, "description", text(6, "it's the \"new\" one")),
				field(7, "commands", list(list(text(8, "python"), text(8, "-m"), text(8, "pytest"), text(8, "tests/unit"), text(8, "-k"), text(8, "not slow and not flaky")),
					list(text(9, "python"), text(9, "-c"), text(9, "import sys\nprint(sys.version)")))),
				field(10, "set_env", group(field(11, "TZ", text(11, "UTC")))),
			)),
		)),
		field(12, "skip_missing", policy.Content{Pos: at(12), Scalar: true}),
		field(13, "timeout", policy.Content{Pos: at(13), Scalar: 1e6}),
		field(14, "matrix", list(group(field(15, "os", text(15, "on")), field(16, "empty", policy.Content{Pos: at(16), Items: []policy.Content{}})),
			policy.Content{Pos: at(17), Fields: []policy.Member{}})),
		field(18, "recipe", text(18, "set -e\nif true; then\n  echo one\nfi\n")),
		field(19, "mixed", list(policy.Content{Pos: at(19), Scalar: int64(1)}, group(field(20, "replace", text(20, "posargs"))))),
	)
}

func TestContentGolden(t *testing.T) {
	for _, format := range []string{"yaml", "json", "toml"} {
		r := contentOf(t, format, example())
		golden(t, "../content."+format, string(r.content))
		for n, line := range strings.Split(strings.TrimSuffix(string(r.content), "\n"), "\n") {
			var got []int
			for _, o := range r.origins[n] {
				got = append(got, o.Pos.Line)
			}
			slices.Sort(got)
			for words, want := range map[string][]int{
				"description": {5, 6}, "recipe": {18}, "echo one": {18}, "UTC": {11}, "skip_missing": {12}, "Code generated": nil, "posargs": {19, 20},
			} {
				if strings.Contains(line, words) && !slices.Equal(got, want) && (words != "posargs" || !slices.Contains(got, 20)) {
					t.Errorf("%s: %s follows from the lines %v, want %v", format, line, got, want)
				}
			}
		}
	}
}

// TestContentText: a text is as it stands, ends with a newline and can be executable.
func TestContentText(t *testing.T) {
	for text, want := range map[string]string{"": "\n", "a": "a\n", "a\n": "a\n", "#!/bin/sh\n# x\n\ntrue": "#!/bin/sh\n# x\n\ntrue\n", "a\r\nb\n\n": "a\r\nb\n\n"} {
		for _, executable := range []bool{false, true} {
			mode := map[bool]fs.FileMode{false: 0o644, true: 0o755}[executable]
			c := policy.Content{Scalar: text, Pos: finding.Position{File: "x.cue", Line: 1, Column: 1}}
			r, err := renderContent(Input{}, policy.Target{Format: "text", Executable: executable, Content: c})
			if err != nil || string(r.content) != want || r.mode != mode || len(r.origins) != strings.Count(want, "\n") || r.origins[0] == nil {
				t.Errorf("%q becomes %q, %o, %v", text, r.content, r.mode, err)
			}
		}
	}
	if _, err := renderContent(Input{}, policy.Target{Format: "text"}); err == nil {
		t.Error("null is a text")
	}
}

// TestContentBeyondTOML: what TOML has no word for is an error.
func TestContentBeyondTOML(t *testing.T) {
	in := Input{Policy: &policy.Policy{}}
	for _, c := range []policy.Content{{Scalar: "x"}, {Items: []policy.Content{}}, {Fields: []policy.Member{{Name: "x"}}}, {Fields: []policy.Member{{Name: "x",
		Content: policy.Content{Items: []policy.Content{{}}}}}}} {
		if _, err := renderTOML(in, c); err == nil {
			t.Errorf("%v is TOML", c)
		}
	}
	huge, _ := new(big.Int).SetString("9223372036854775808", 10)
	r, err := renderTOML(in, policy.Content{Fields: []policy.Member{{Name: "x", Content: policy.Content{Scalar: huge}}}})
	if err == nil && r.prove() == nil {
		t.Errorf("%s is proved", r.content)
	}
}

// TestContentChecks: the proofs see a value that is another one, of another kind, missing, additional or elsewhere.
func TestContentChecks(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{"true", "false"}, {"UTC", "UTD"}, {"TZ", "TX"}, {"tox>=4.20", "tox"}, {"1.0e+06", "1.0e+05"}, {"import sys", "import os"}, {"not slow", "not  slow"},
		{"-k", "k"}, {"set -e", "set -x"}, {"skip_missing", "requires"},
	} {
		for format, check := range map[string]func([]byte) error{
			"json": func(text []byte) error { return checkJSON(text, example()) },
			"toml": func(text []byte) error { return checkTOML(text, example()) },
			"yaml": func(text []byte) error {
				n, err := readYAML(text)
				if err == nil {
					err = isContentYAML(n, example(), make([][]Origin, 99))
				}
				return err
			},
		} {
			text := string(contentOf(t, format, example()).content)
			if broken := strings.Replace(text, c.old, c.new, 1); check([]byte(broken)) == nil || broken == text {
				t.Errorf("%s: %q instead of %q is not seen in\n%s", format, c.new, c.old, broken)
			}
		}
	}
}

// FuzzContent: any text as a name and as a value is read back from every format.
func FuzzContent(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text, text, 1.5)
	}
	f.Fuzz(func(t *testing.T, name, text string, number float64) {
		if !validText(name) || !validText(text) || math.IsNaN(number) || math.IsInf(number, 0) {
			t.Skip("a policy can't hold it")
		}
		c := policy.Content{Fields: []policy.Member{{Name: name, Content: policy.Content{Items: []policy.Content{
			{Scalar: text}, {Scalar: number}, {Fields: []policy.Member{{Name: text, Content: policy.Content{Scalar: name}}}}}}}}}
		for _, format := range []string{"yaml", "json", "toml"} {
			contentOf(t, format, c)
		}
	})
}

// validText reports whether a policy can hold a text.
func validText(s string) bool { return strings.ToValidUTF8(s, "") == s && !strings.Contains(s, "\x00") }

// TestContentNotice: a text says whose it is where the policy says how a comment begins, below the line that starts a script.
func TestContentNotice(t *testing.T) {
	in := Input{Policy: &policy.Policy{Sources: []string{"policygen.cue"}}, Command: "policygen render"}
	const notice = " Code generated by policygen from policygen.cue; DO NOT EDIT.\n"
	for _, c := range []struct{ comment, content, start, end string }{
		{"", "a\n\nb", "a\n\nb\n", ""},
		{"#", "a\nb", "#" + notice, " policygen render\n\na\nb\n"},
		{"//", "a", "//" + notice, "// Edit the policy instead and run: policygen render\n\na\n"},
		{"#", "#!/bin/sh\nexec x\n", "#!/bin/sh\n#" + notice, "\n\nexec x\n"},
		{"#", "#!/bin/sh", "#!/bin/sh\n#" + notice, " policygen render\n\n"},
		{"", "#!/bin/sh\nx", "#!/bin/sh\nx\n", ""},
	} {
		r, err := renderText(in, policy.Target{Comment: c.comment, Content: policy.Content{Scalar: c.content}})
		text := string(r.content)
		if err != nil || !strings.HasPrefix(text, c.start) || !strings.HasSuffix(text, c.end) || len(r.origins) != strings.Count(text, "\n") {
			t.Errorf("%q, %q: %q, %d origins, %v", c.comment, c.content, text, len(r.origins), err)
		}
	}
}
