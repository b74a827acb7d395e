package source

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var yamlCases = []struct{ name, text, want string }{
	{"plain", "a: pytest -n 4 # c\nb:\n  - x\n  - 1\n", "1:1 {a: 1:4 pytest -n 4, b: 3:3 [3:5 x, !!int 4:5 1]}"},
	{"kinds", "[1, 1.5, true, ~, on, 2001-01-01, 'x', \"\"]", "1:1 [!!int 1:2 1, !!float 1:5 1.5, !!bool 1:10 true, !!null 1:16 ~, 1:19 on, !!timestamp 1:23 2001-01-01, 1:36 x, 1:41 ]"},
	{"plain over lines", "a: x y  \n   z\n\n  # no\n", "1:1 {a: 1:4 x y< >2:4 z}"},
	{"plain with an empty line", "a:\n  x\n\n  \t\n  y z\n  w\n", "1:1 {a: 2:3 x3:1 \n4:4 \n5:3 y z< >6:3 w}"},
	{"plain in a flow", "[a b, c: d\n e, {f}]", "1:1 [1:2 a b, 1:7 {c: 1:10 d< >2:2 e}, 2:5 {f: !!null 2:7 }]"},
	{"single quotes", "a: 'it''s  b\n   c \n\n d'", "1:1 {a: 1:5 it<'>1:9 s  b< >2:4 c3:1 \n4:2 d}"},
	{"double quotes", `a: "x\t\"\\\u00e9\x41\U0001F600\
     y\ z"`, `1:1 {a: 1:5 x<	><"><\><é><A><😀>2:6 y< >2:9 z}`},
	{"double quotes folded", "a: \"x\n  y\\n\n\n  z \\\n\n  w\"", "1:1 {a: 1:5 x< >2:3 y|3:1 \n4:3 z 5:1 \n6:3 w}"},
	{"literal", "run: |\n  a\n    b\n\n  c\n\n\nx: y", "1:1 {run: 2:3 a\n3:3   b\n\n5:3 c\n, x: 8:4 y}"},
	{"literal stripped", "- |-\n  a\n  b\n\n- c", "1:1 [2:3 a\n3:3 b, 5:3 c]"},
	{"literal kept", "- |+ # c\n  a\n\n  \n- |+\n\n- |+", "1:1 [2:3 a\n\n4:3 \n, 6:1 \n, 7:5 ]"},
	{"literal with a number", "a:\n  b: |2-\n\n      x\n     y\n  c: |-1\n     z", "1:1 {a: 2:3 {b: 3:1 \n4:5   x\n5:5  y, c: 7:4   z}}"},
	{"literal without a last break", "a: |\n  x", "1:1 {a: 2:3 x}"},
	{"literal with blank first lines", "a: |\n \n\n  x\n\ty: 1", "5:1 no valid YAML: found a tab character where an indentation space is expected"},
	{"literal of windows", bom + "é: |\r\n  a\r\n  b\r\n\r\n", "1:1 {é: 2:3 a|3:3 b|}"},
	{"folded", "a: >\n  x\n  y\n\n  z\n    more\n   than\n  w\n\n\n", "1:1 {a: 2:3 x< >3:3 y4:1 \n5:3 z\n6:3   more\n7:3  than\n8:3 w\n}"},
	{"folded with blank lines first", "a: >-\n\n  x\n\n  - y\n   z\nb: c", "1:1 {a: 2:1 \n3:3 x4:1 \n5:3 - y\n6:3  z, b: 7:4 c}"},
	{"literal in lists", "- - |\n   a\n  - - >\n     b\n     c", "1:1 [1:3 [2:4 a\n, 3:5 [4:6 b< >5:6 c]]]"},
	{"tags and anchors", "a: !!str &x 12\nb: !reference [c, \"d\"]\ne: &y !own |\n  f\ng: *y\nh: !<tag:yaml.org,2002:str> &z\n  # c\n  'i'",
		"1:1 {a: 1:13 12, b: !reference 2:4 [2:16 c, 2:20 d], e: !own 4:3 f\n, g: !own 4:3 f\n, h: 8:4 i}"},
	{"keys", "? |\n  a\n: b\n\"c\\x41\": d\n? [e]\n: f", "1:1 {a\n: 3:3 b, cA: 4:10 d, : 6:3 f}"},
	{"characters before", "{é: ü, 😀: 'ö', \u00a0x: y}", "1:1 {é: 1:6 ü, 😀: 1:17 ö, \u00a0x: 1:27 y}"},
	{"merge keys", "a: &a {x: 1, y: 2}\nb: &b {y: 3}\nc:\n  <<: [*b, *a]\n  z: 4\nd: {<<: *a, x: 5}\ne: {<<: f}",
		"1:1 {a: 1:4 {x: !!int 1:11 1, y: !!int 1:17 2}, b: 2:4 {y: !!int 2:11 3}, " +
			"c: 4:3 {z: !!int 5:6 4, y: !!int 2:11 3, x: !!int 1:11 1}, d: 6:4 {x: !!int 6:16 5, y: !!int 1:17 2}, e: 7:4 {<<: 7:9 f}}"},
	{"documents", "--- a\n---\nb: c\n...\n", "1:5 a; 3:1 {b: 3:4 c}"},
	{"other line breaks", "a: |\n  x\u2028  y\u0085  z\rb: c\u0085d: 'e\u2029 f'", "1:1 {a: 2:3 x\u20282:9 y|2:14 z|, b: 2:19 c, d: 2:26 e\u20292:31 f}"},
	{"nothing", "# only\n", ""},
	{"unclosed", "a: 1\nb: [1,\n", "2:1 no valid YAML: did not find expected node content"},
	{"unclosed quote", "a: 1\nb: \"x\n", "2:1 no valid YAML: found unexpected end of stream"},
	{"no anchor", "a: *b", "1:1 no valid YAML: unknown anchor 'b' referenced"},
	{"within itself", "a: &x [1, *x]", "1:11 an alias \"x\" within what it stands for"},
	{"within itself by a merge key", "a: &x {<<: *x}", "1:12 an alias \"x\" within what it stands for"},
	{"control character", "a: \x01", "1:4 a control character '\\x01'"},
	{"not UTF-8", "a: \xff", "1:4 a byte that is not UTF-8"},
}

func showYAML(documents []*Node, err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return showPlace(p.Line, p.Column) + " " + p.What
	}
	var list []string
	for _, n := range documents {
		list = append(list, showNode(n))
	}
	return strings.Join(list, "; ")
}

func TestParseYAML(t *testing.T) {
	for _, c := range yamlCases {
		if got := showYAML(ParseYAML("ci.yml", []byte(c.text))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestYAMLExpansion holds that aliases cannot make a small file too large for whoever walks it.
func TestYAMLExpansion(t *testing.T) {
	list, merge := "a0: &a0 [x]\n", "a0: &a0 {x: 1}\n"
	for i := range 30 {
		list += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
		merge += fmt.Sprintf("a%d: &a%d {x%d: *a%d, <<: *a%d}\n", i+1, i+1, i, i, i)
	}
	for _, text := range []string{list, merge} {
		_, err := ParseYAML("a.yml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), "nodes larger") {
			t.Errorf("%.20q: %v", text, err)
		}
		checkProblem(t, []byte(text), err)
	}
}

// TestYAMLIsLinear holds that a large file of each shape is read at all, which takes hours where the time is quadratic.
func TestYAMLIsLinear(t *testing.T) {
	const n = 50_000
	for _, text := range []string{
		"[" + strings.Repeat("'é', \"\\t\", b, ", n) + "c]", "a: |\n" + strings.Repeat("  x\n\n", n), "a: >\n" + strings.Repeat("  x\n\n", n),
		"a: \"" + strings.Repeat("x\n  ", n) + "\"", "a: " + strings.Repeat("x\n  ", n), strings.Repeat("- a: b # c\n", n),
		"a: '" + strings.Repeat("\n ", n) + "'",
	} {
		if _, err := ParseYAML("a.yml", []byte(text)); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// FuzzYAML holds that every scalar is what yaml decodes and that its bytes stand where they say.
func FuzzYAML(f *testing.F) {
	for _, c := range yamlCases {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		documents, err := ParseYAML("a.yml", content)
		checkProblem(t, content, err)
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		for _, n := range documents {
			var want yaml.Node
			if err := decoder.Decode(&want); err != nil {
				t.Fatalf("%q: %v", content, err)
			}
			if strings.Contains(string(content), "*") { // aliases are resolved in one and not in the other
				continue
			}
			compareYAML(t, content, n, want.Content[0])
		}
	})
}

func compareYAML(t *testing.T, content []byte, n *Node, want *yaml.Node) {
	t.Helper()
	switch want.Kind {
	case yaml.ScalarNode:
		compareScalar(t, content, n.Text, want)
	case yaml.SequenceNode:
		for i, item := range want.Content {
			compareYAML(t, content, n.Items[i], item)
		}
	case yaml.MappingNode:
		if len(n.Entries)*2 != len(want.Content) && !strings.Contains(string(content), "<<") {
			t.Fatalf("%q: %s", content, showNode(n))
		}
		for i := 0; 2*i < len(want.Content) && len(n.Entries)*2 == len(want.Content); i++ {
			if want.Content[2*i].Kind == yaml.ScalarNode {
				compareScalar(t, content, n.Entries[i].Key, want.Content[2*i])
			}
			compareYAML(t, content, n.Entries[i].Value, want.Content[2*i+1])
		}
	}
}

// compareScalar also holds that no text was given up as a whole, which no escape makes longer than four bytes.
func compareScalar(t *testing.T, content []byte, got Text, want *yaml.Node) {
	t.Helper()
	checkText(t, content, got)
	if got.String() != want.Value {
		t.Fatalf("%q: %q for %q", content, got, want.Value)
	}
	if got.Len() > 4 && len(got.spans) == 1 && got.spans[0].fixed {
		t.Fatalf("%q: %q has no places", content, got)
	}
}

// TestYAMLFallback holds that a value that the text does not give stands where the scalar begins.
func TestYAMLFallback(t *testing.T) {
	whole := NewText("a", []byte("a: b c"))
	for _, style := range []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle} {
		got := yamlScalar(whole, 3, &yaml.Node{Kind: yaml.ScalarNode, Style: style, Value: "b d"})
		if p := got.At(2); got.String() != "b d" || p.Column != 4 {
			t.Errorf("%v: %q at %v", style, got, p)
		}
	}
}
