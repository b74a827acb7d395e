package source

import (
	"errors"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

var tomlCases = []struct{ name, text, want string }{
	{"empty", "", "1:1 {}"},
	{"scalars", "a = 1\nb=true\n c = -1.5 # d\nd = 1979-05-27\ne = 'x'", "1:1 {a: !!int 1:5 1, b: !!bool 2:3 true, c: !!float 3:6 -1.5, d: !!timestamp 4:5 1979-05-27, e: 5:6 x}"},
	{"basic", `a = "x\ty\u00e9z\"\\"`, "1:1 {a: 1:6 x<\t>1:9 y<é>1:16 z<\"><\\>}"},
	{"literal", `a = 'x\t'`, "1:1 {a: 1:6 x\\t}"},
	{"multi-line basic", "a = \"\"\"\n  x \\\n\n   y\"\"\nz\"\"\"", "1:1 {a: 2:1   x 4:4 y\"\"\nz}"},
	{"multi-line literal", "a = '''x\r\n\\y''''\n", "1:1 {a: 1:8 x|2:1 \\y'}"},
	{"quotes at the end", `a = """x"""""`, `1:1 {a: 1:8 x""}`},
	{"empty strings", "a = \"\"\nb = ''\nc = \"\"\"\n\"\"\"", "1:1 {a: 1:6 , b: 2:6 , c: 4:1 }"},
	{"arrays", "a = [ # x]\n  \"-n\", # 4\n  [ ], [[1]],\n]\nb = 2", "1:1 {a: 1:5 [2:4 -n, 3:3 [], 3:8 [3:9 [!!int 3:10 1]]], b: !!int 5:5 2}"},
	{"inline tables", "a = {b.c = 1, 'd' = { }, e = []}", "1:1 {a: 1:5 {b: 1:6 {c: !!int 1:12 1}, d: 1:21 {}, e: 1:30 []}}"},
	{"dotted keys", "a . \"b\".c = 1\na.b.d = 2", "1:1 {a: 1:1 {b: 1:5 {c: !!int 1:13 1, d: !!int 2:9 2}}}"},
	{"tables", "[a.b]\nc = 1\n[a]\nd = 2\n[ a.e ]", "1:1 {a: 1:2 {b: 1:4 {c: !!int 2:5 1}, d: !!int 4:5 2, e: 5:5 {}}}"},
	{"arrays of tables", "[[a]]\nb = 1\n[a.c]\n[[a]]\n[[a.d]]", "1:1 {a: 1:3 [1:3 {b: !!int 2:5 1, c: 3:4 {}}, 4:3 {d: 5:5 [5:5 {}]}]}"},
	{"a table within a dotted one", "[f]\na.b = 1\n[f.a.c]", "1:1 {f: 1:2 {a: 2:1 {b: !!int 2:7 1, c: 3:6 {}}}}"},
	{"mark and windows", bom + "[a]\r\nb = 'é'\r\nc = 'ü' # x\r\n", "1:1 {a: 1:2 {b: 2:6 é, c: 3:6 ü}}"},
	{"an array split by line", "a = [\n\"x\"\n,\n\"y\"]", "1:1 {a: 1:5 [2:2 x, 4:2 y]}"},
	{"second key", "a = 1\na = 2", `2:1 a second "a" (the first at 1:5)`},
	{"second key in quotes", "a.b = 1\na.'b' = 2", `2:3 a second "b" (the first at 1:7)`},
	{"second table", "[a]\n[a]", `2:2 a second "a" (the first at 1:2)`},
	{"table over a dotted one", "a.b = 1\n[a]", `2:2 a second "a" (the first at 1:1)`},
	{"dotted key into a table", "[a.b]\n[a]\nb.c = 1", `3:1 a second "b" (the first at 1:4)`},
	{"key into an inline table", "a = {}\na.b = 1", `2:1 a second "a" (the first at 1:5)`},
	{"table into an inline table", "a = {b.c = 1}\n[a.b]", `2:2 a second "a" (the first at 1:5)`},
	{"array of tables over an array", "a = []\n[[a]]", `2:3 a second "a" (the first at 1:5)`},
	{"twice in an inline table", "a = {b = 1, b = 2}", `1:13 a second "b" (the first at 1:10)`},
	{"into a dotted one of an inline table", "a = {b.c = {}, b.c.d = 2}", `1:18 a second "c" (the first at 1:12)`},
	{"unclosed", "a = 1\nb = \"x\n", "2:7 no valid TOML: basic strings cannot have new lines"},
	{"unfinished", "a = [", "1:5 no valid TOML: array is incomplete"},
	{"no value", "a = \n", "1:5 no valid TOML: unexpected character U+000A at start of value"},
	{"too deep", strings.Repeat("a.", maxKeys) + "a = 1", "1:1 a key of more than 1000 parts"},
	{"too deep a table", "[b." + strings.Repeat("a.", maxKeys) + "a]", "1:2 a key of more than 1000 parts"},
	{"not UTF-8", "a = '\xc3'", "1:6 a byte that is not UTF-8"},
}

func showTOML(n *Node, err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return showPlace(p.Line, p.Column) + " " + p.What
	}
	return showNode(n)
}

func TestParseTOML(t *testing.T) {
	for _, c := range tomlCases {
		if got := showTOML(ParseTOML("pyproject.toml", []byte(c.text))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestTOMLIsLinear holds that a large file of each shape is read at all, which takes hours where the time is quadratic.
func TestTOMLIsLinear(t *testing.T) {
	const n = 50_000
	for _, text := range []string{
		"a = [" + strings.Repeat("{b = 1}, # c\n", n) + "]", "a = \"" + strings.Repeat(`\t`, n) + "\"", strings.Repeat("[[a]]\nb.c = 1\n", n),
		"a = " + strings.Repeat("[", 9999) + strings.Repeat("]", 9999), strings.Repeat("a.", maxKeys-1) + "a = 1",
	} {
		if _, err := ParseTOML("a.toml", []byte(text)); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// FuzzTOML holds that all texts are what go-toml decodes and stand where they say, and that nothing is refused that go-toml reads.
func FuzzTOML(f *testing.F) {
	for _, c := range tomlCases {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		n, err := ParseTOML("a.toml", content)
		checkProblem(t, content, err)
		var want map[string]any
		if wrong := toml.Unmarshal([]byte(strings.TrimPrefix(string(content), bom)), &want); wrong == nil && err != nil && !strings.Contains(err.Error(), "parts") {
			t.Fatalf("%q: go-toml reads it: %v", content, err)
		} else if wrong != nil || err != nil {
			return
		}
		checkNode(t, content, n)
		compareTOML(t, n, want)
	})
}

func compareTOML(t *testing.T, n *Node, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		if n.Kind != Map || len(n.Entries) != len(want) {
			t.Fatalf("%s for %v", showNode(n), want)
		}
		for _, e := range n.Entries {
			compareTOML(t, e.Value, want[e.Key.String()])
		}
	case []any:
		if n.Kind != List || len(n.Items) != len(want) {
			t.Fatalf("%s for %v", showNode(n), want)
		}
		for i, item := range n.Items {
			compareTOML(t, item, want[i])
		}
	case string:
		if n.Kind != Scalar || n.Tag != "!!str" || n.Text.String() != strings.ReplaceAll(want, "\r\n", "\n") && !strings.Contains(want, "\r") {
			t.Fatalf("%s for %q", showNode(n), want)
		}
	}
}
