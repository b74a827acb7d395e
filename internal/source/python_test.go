package source

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"policygen/internal/testrun"
)

func showString(s *PythonString) string {
	var parts []string
	for _, p := range s.Parts {
		word := showText(p.Text)
		if p.Field {
			word = "{" + word + "}"
		}
		parts = append(parts, word)
	}
	if s.Doc {
		parts = append(parts, "doc")
	}
	return showPlace(s.Pos.Line, s.Pos.Column) + " " + strings.Join(parts, "+")
}

func showGroup(g *PythonGroup) string {
	var args []string
	for _, a := range g.Args {
		word := "?" + a.Text.String()
		switch {
		case a.String != nil:
			word = a.String.Text(func(x string) string { return "{" + x + "}" }).String()
		case a.Group != nil:
			word = showGroup(a.Group)
		}
		if a.Name != "" {
			word = a.Name + "=" + word
		}
		args = append(args, word)
	}
	brackets := [...]string{g.Name + "()", "[]", "()", "{}"}[g.Kind]
	return fmt.Sprintf("%s%s%s", brackets[:len(brackets)-1], strings.Join(args, ", "), brackets[len(brackets)-1:])
}

func showPython(p Python) string {
	var lines []string
	for _, s := range p.Strings {
		lines = append(lines, showString(s))
	}
	for _, c := range p.Comments {
		lines = append(lines, "# "+showText(c))
	}
	for _, g := range p.Groups {
		lines = append(lines, showPlace(g.Pos.Line, g.Pos.Column)+" "+showGroup(g))
	}
	return strings.Join(lines, "; ")
}

var pythonCases = []struct{ name, text, want string }{
	{"strings", `x = 'a\'b' "c" + r'\d' + b"\x41" + u'é'`, `1:5 1:6 a<'>1:9 b+1:13 c; 1:18 1:20 \d; 1:26 <A>; 1:36 1:38 é`},
	{"escapes", `x = "\n\t\101\x41\u00e9\U0001F600\q\N{DASH}\é"`, "1:5 |<\t><A><A><é><😀>1:34 \\q<\ufffd>1:44 \\é"},
	{"docstrings", "'''a\n  b'''\nclass X:\n  'c'\n  def f(a='d'): \"e\"\n  x: 'f'\n  return 'g'\n",
		"1:1 1:4 a\n  b+doc; 4:3 4:4 c+doc; 5:11 5:12 d; 5:17 5:18 e+doc; 6:6 6:7 f; 7:10 7:11 g"},
	{"three quotes", "x = \"\"\"a\\\n b\r\n\"c\"\"\"", "1:5 1:8 a2:1  b|3:1 \"c"},
	{"fields", `run(f"-n {n!r:>{w}} {{x}} {d["k"]}" 'z')`, `1:5 1:7 -n +{1:11 n!r:>{w}}+1:20  <{>1:23 x<}>1:26  +{1:28 d["k"]}+1:38 z; 1:1 run(-n {n!r:>{w}} {x} {d["k"]}z)`},
	{"comments", "#!/usr/bin/python\n# a\n  #b\nx = '#' # c\n# d\n\n# e", "4:5 4:6 #; # 2:3 a\n3:4 b\n; # 4:11 c\n; # 5:3 d\n; # 7:3 e|"},
	{"calls", "pytest.main(['-n', '4', *args, x], plugins=())\nsubprocess.run([sys.executable, \"-m\"], env={'A': '1', **e, k: v}, check=True)",
		"1:14 1:15 -n; 1:20 1:21 4; 2:33 2:34 -m; 2:45 2:46 A; 2:50 2:51 1; " +
			"1:13 [-n, 4, *=?args, ?x]; 1:44 (); 1:1 pytest.main([-n, 4, *=?args, ?x], plugins=()); " +
			"2:16 [?sys.executable, -m]; 2:44 {A=1, **=?e, ?v}; 2:1 subprocess.run([?sys.executable, -m], env={A=1, **=?e, ?v}, check=?True)"},
	{"calls in expressions", "if not os.system('a') and x[0].run(shlex.split('b'), 'c' + d, ('e'\n 'f'), a.b('g').h, ('i',)):\n  pass",
		"1:18 1:19 a; 1:48 1:49 b; 1:54 1:55 c; 1:64 1:65 e+2:3 f; 2:12 2:13 g; 2:21 2:22 i; " +
			"1:8 os.system(a); 1:36 shlex.split(b); 2:8 a.b(g); 2:20 (i); 1:31 .run(shlex.split(b), ?'c' + d, ef, ?a.b('g').h, (i))"},
	{"not calls", "def f(a=[1]): return (b)\nx['y']\nf(a)('b')\nprint(x) ; 'z'", "2:3 2:4 y; 3:6 3:7 b; 4:12 4:13 z+doc; 1:9 [?1]; 3:1 f(?a); 3:5 (b); 4:1 print(?x)"},
	{"broken", "f('a\nf(]'b'\n\"\"\"c", "1:3 1:4 a; 2:4 2:5 b+3:4 c; 2:1 f(); 1:1 f(?'a\nf(]'b'\n\"\"\"c)"},
}

func TestReadPython(t *testing.T) {
	for _, c := range pythonCases {
		if got := showPython(ReadPython("a.py", []byte(c.text))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestPythonIsLinear(t *testing.T) {
	const n = 50_000
	for _, piece := range []string{"(", "f(", "[1,", "'", "f'{", "f\"{'\n", "\"\"\"", "a.", "x # y\n", "# y\n", "\\", "f'''{", `"\N{`, "{'a':", "'a' ", "f(x)."} {
		ReadPython("a.py", []byte(strings.Repeat(piece, n)))
		ReadPython("a.py", []byte("f'''"+strings.Repeat(piece, n)))
	}
}

// pythonFacts tells the strings and the calls of each file: line, column, whether it is a statement of its own, and what it is.
const pythonFacts = `
import ast, glob, json, os, sys
def strings(node, out, doc=()):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, (str, bytes)):
            v = child.value
            out.append([child.lineno, child.col_offset + 1, id(child) in docs, [v if isinstance(v, str) else v.decode("latin-1")]])
        elif isinstance(child, ast.JoinedStr):
            out.append([child.lineno, child.col_offset + 1, id(child) in docs,
                        ["".join(v.value if isinstance(v, ast.Constant) else "\0" for v in child.values)]])
        else:
            strings(child, out)
def dotted(n):
    if isinstance(n, ast.Name): return n.id
    if isinstance(n, ast.Attribute) and dotted(n.value): return dotted(n.value) + "." + n.attr
def arg(n):
    if isinstance(n, ast.JoinedStr) and len(n.values) == 1: n = n.values[0]
    v = n.value if isinstance(n, ast.Constant) else ""
    return v if isinstance(v, str) else v.decode("latin-1") if isinstance(v, bytes) else ""
out = {}
for name in sorted(glob.glob(os.path.dirname(os.__file__) + "/*.py") + glob.glob(os.path.dirname(os.__file__) + "/unittest/*.py"))[::3]:
    text = open(name, encoding="utf-8").read()
    if "\\N{" in text or "\\ud" in text or "\f" in text or "    match " in text or "=}" in text: continue
    tree = ast.parse(text)
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    found, calls = [], []
    strings(tree, found)
    inside = {id(c) for j in ast.walk(tree) if isinstance(j, ast.JoinedStr) for c in ast.walk(j)}
    for n in ast.walk(tree):
        if isinstance(n, ast.Call) and dotted(n.func) and id(n) not in inside:
            args = [arg(a) for a in n.args] + [(k.arg or "**") + "=" + arg(k.value) for k in n.keywords]
            calls.append([n.lineno, n.col_offset + 1, False, [dotted(n.func)] + sorted(args)])
    out[name] = [sorted(found), sorted(calls)]
json.dump(out, sys.stdout)
`

// TestPythonAgainstPython holds ReadPython against Python's own parser on its standard library.
func TestPythonAgainstPython(t *testing.T) {
	out, err := exec.Command(testrun.Python(t, testrun.Newest), "-X", "utf8", "-W", "ignore", "-c", pythonFacts).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][2][][4]any
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) < 50 {
		t.Errorf("only %d files", len(want))
	}
	for name, facts := range want {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p := ReadPython(name, content)
		compareFacts(t, name, stringFacts(p), facts[0])
		compareFacts(t, name, callFacts(p), facts[1])
	}
}

func stringFacts(p Python) []string {
	var list []string
	for _, s := range p.Strings {
		value := s.Text(func(string) string { return "\x00" }).String()
		list = append(list, fmt.Sprintf("%5d %5d %v %q", s.Pos.Line, s.Pos.Column, s.Doc, []string{value}))
	}
	return list
}

func callFacts(p Python) []string {
	var list []string
	for _, g := range p.Groups {
		if g.Kind != PythonCall || g.Name == "" || g.Name[0] == '.' {
			continue
		}
		args := []string{}
		for _, a := range g.Args {
			value := ""
			if a.String != nil && a.String.Literal() {
				value = a.String.Text(nil).String()
			}
			if a.Name != "" && a.Name != "*" {
				value = a.Name + "=" + value
			}
			args = append(args, value)
		}
		slices.Sort(args)
		list = append(list, fmt.Sprintf("%5d %5d false %q", g.Pos.Line, g.Pos.Column, append([]string{g.Name}, args...)))
	}
	return list
}

func compareFacts(t *testing.T, name string, got []string, facts [][4]any) {
	t.Helper()
	var want []string
	for _, f := range facts {
		var words []string
		for _, w := range f[3].([]any) {
			words = append(words, w.(string))
		}
		want = append(want, fmt.Sprintf("%5.0f %5.0f %v %q", f[0], f[1], f[2], words))
	}
	slices.Sort(got)
	slices.Sort(want)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s:\n got %.300v\nwant %.300v", name, at(got, i), at(want, i))
			return
		}
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// FuzzPython holds that whatever the source, its texts stand where they say.
func FuzzPython(f *testing.F) {
	for _, c := range pythonCases {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p := ReadPython("a.py", content)
		for _, s := range p.Strings {
			for _, part := range s.Parts {
				checkText(t, content, part.Text)
			}
		}
		for _, c := range p.Comments {
			checkText(t, content, c)
		}
		for _, g := range p.Groups {
			for _, a := range g.Args {
				checkText(t, content, a.Text)
			}
		}
	})
}
