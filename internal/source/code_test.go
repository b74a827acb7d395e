package source

import (
	"fmt"
	"strings"
	"testing"
)

// showCode shows code on one line each: its kind, language and position, and its text.
func showCode(list []Code) string {
	var lines []string
	for _, c := range list {
		kind := [...]string{"fenced", "indented", "directive", "literal", "span"}[c.Kind]
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", kind, c.Lang, showPlace(c.Pos.Line, c.Pos.Column), showText(c.Text)))
	}
	return strings.Join(lines, "; ")
}

var markdownCases = []struct{ name, text, want string }{
	{"fenced", "# a\n\n```bash\npytest -n 4\n\n  x\n```\n~~~\ny\n~~~\n", "fenced bash 3:1: 4:1 pytest -n 4\n\n  x\n; fenced  8:1: 9:1 y\n"},
	{"words behind the fence", "``` {.sh .x} y=1\na\n```", "fenced {.sh 1:1: 2:1 a\n"},
	{"in lists", "- x\n\n  ```sh\n  a\n    b\n\n  c\n  ```\n1. y\n   - ~~~\n     d\n", "fenced sh 3:3: 4:3 a\n5:3   b\n\n7:3 c\n; fenced  10:6: 11:6 d\n"},
	{"in quotations", "> ```sh\n> a\n>  b\n> ```\n", "fenced sh 1:3: 2:3 a\n3:3  b\n"},
	{"indented", "x\n\n    a\n\n      b\n\n\ty\n\n- z\n\n      c\n", "indented  3:5: 3:5 a\n\n5:5   b\n\n7:2 y\n; indented  11:7: 11:7 c\n"},
	{"empty", "```sh\n```\n", "fenced sh 1:1: 1:1 "},
	{"unfinished", "```sh\na", "fenced sh 1:1: 2:1 a|"},
	{"spans", "run `pytest -n 4` or `` a`b `` or `x\n   y` here", "span  1:5: 1:6 pytest -n 4; span  1:22: 1:25 a`b; span  1:35: 1:36 x< >2:4 y"},
	{"spans elsewhere", "# `a`\n\n| b | `c` |\n|---|---|\n\n> - **`d`** [`e`](f)\n>   `g\n> h`\n", "span  1:3: 1:4 a; span  3:7: 3:8 c; span  6:7: 6:8 d; span  6:14: 6:15 e; span  7:5: 7:6 g< >8:3 h"},
	{"windows", bom + "```sh\r\na\r\nb\r\n```\r\n`c\r\nd`\r\n", "fenced sh 1:1: 2:1 a|3:1 b|; span  5:1: 5:2 c< >6:1 d"},
	{"in links", "[`a`](b) *`c`* <http://`d`> <e f='`g`'>", "span  1:2: 1:3 a; span  1:11: 1:12 c"},
	{"admonitions", "!!! note \"x\"\n    a `b`\n    ```sh\n    c\n    ```\n\n    d `e`\n\n        f\n`g`\n", "span  2:7: 2:8 b; fenced sh 3:5: 4:5 c\n; span  7:7: 7:8 e; indented  9:9: 9:9 f\n; span  10:1: 10:2 g"},
	{"tabs", "- x\n\n    === \"A\"\n\n        !!! tip\n            `a`\n\n\t```\n\tb\n\t```\n", "span  6:13: 6:14 a; fenced  8:2: 9:2 b\n"},
	{"directives", "```{note}\nUse\n`a`.\n```\n\n`````{tab-set}\n````{tab-item} X\n```sh\nb\n```\n````\n`````\n```{code-block} sh\nc\n```\n", "span  3:1: 3:2 a; fenced sh 8:1: 9:1 b\n; fenced {code-block} 13:1: 14:1 c\n"},
	{"admonitions in code", "```\n!!! a\n    `b`\n```\n=== 1 passed\n\n    c\n", "fenced  1:1: 2:1 !!! a\n    `b`\n; indented  7:5: 7:5 c\n"},
	{"not code", "<pre>\n`a`\n</pre>\n\n\\`b`\n", ""},
}

func TestMarkdownCode(t *testing.T) {
	for _, c := range markdownCases {
		if got := showCode(MarkdownCode("a.md", []byte(c.text))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

var restCases = []struct{ name, text, want string }{
	{"directives", "a\n\n.. code-block:: bash\n   :linenos:\n   :name: x\n\n   pytest -n 4\n     y\n\n   z\n\nb\n.. prompt:: bash $\n\n  c\n", "directive bash 3:1: 7:4 pytest -n 4\n8:4   y\n\n10:4 z\n; directive bash 13:1: 15:3 c\n"},
	{"no language", ".. code::\n\n  a\n.. highlight:: sh\n\n.. sourcecode::\n\n  b\n\n::\n\n  c", "directive  1:1: 3:3 a\n; directive sh 6:1: 8:3 b\n; literal sh 12:3: 12:3 c|"},
	{"literal blocks", "Run this::\n\n    a\n\n      b\n\nThen ::\n\n  c\nNot::\nthis\n", "literal  3:5: 3:5 a\n\n5:5   b\n; literal  9:3: 9:3 c\n"},
	{"in lists", "* run::\n\n    a\n\n  no code\n* - .. code:: sh\n\n       b\n\n    no code\n1. x::\n\n   no code\n", "literal  3:5: 3:5 a\n; directive sh 6:5: 8:8 b\n"},
	{"in a note", ".. note:: ``c``\n\n   Run::\n\n     a\n\n   and ``b``.\n", "span  1:11: 1:13 c; literal  5:6: 5:6 a\n; span  7:8: 7:10 b"},
	{"comments", ".. run::this\n\n   ::\n\n     no\n\n.. _a: b\n.. |c| replace:: ``d``\n..\n   ``e``\n\n``f``\n", "span  8:18: 8:20 d; span  12:1: 12:3 f"},
	{"spans", "run ``pytest\n  -n 4``, (``b```) x``c`` ``d x\n\n``e``", "span  1:5: 1:7 pytest< >2:3 -n 4; span  2:12: 2:14 b`; span  4:1: 4:3 e"},
	{"tabs", "a::\n\n\tb\n\t  c\n        d\n", "literal  3:2: 3:2 b\n4:2   c\n5:9 d\n"},
	{"windows", ".. code:: sh\r\n\r\n  a\r\n  b\r\n", "directive sh 1:1: 3:3 a|4:3 b|"},
	{"nothing in it", ".. code:: sh\n\nb::\n\nc", ""},
	{"tabs of code", ".. tabs::\n\n   .. code-tab:: console Shell\n\n      a\n", "directive console 3:4: 5:7 a\n"},
}

func TestRestCode(t *testing.T) {
	for _, c := range restCases {
		if got := showCode(RestCode("a.rst", []byte(c.text))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
	whole := NewText("a.py", []byte("x = '''\n  ``a``\n'''"))
	if got := showCode(whole.Slice(7, 16).RestCode()); got != "span  2:3: 2:5 a" {
		t.Error(got)
	}
}

func TestComments(t *testing.T) {
	const script = "#!/bin/bash\n# Usage:\n#   pytest -n 4\n#\n\n#x\r\necho # y\n\t# z\n  ## é"
	var got []string
	for _, text := range Comments("run.sh", []byte(script), "#") {
		got = append(got, showText(text))
	}
	if want := "2:3 Usage:\n3:3   pytest -n 4\n4:2 \n; 6:2 x|; 8:4 z\n9:4 # é|"; strings.Join(got, "; ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "; "), want)
	}
	if got := Comments("a.sql", []byte("-- x\n# y\n"), "--"); len(got) != 1 || got[0].String() != "x\n" {
		t.Errorf("%v", got)
	}
}

func TestCodeIsLinear(t *testing.T) {
	const n = 100_000
	for _, piece := range []string{"``a ", "x``", "- ", "a::\n\n  b\n\n", ".. code:: a\n\n  b\n", " .. \n", "``a`` ", "  \n"} {
		RestCode("a.rst", []byte(strings.Repeat(piece, n)))
		Comments("a.rst", []byte(strings.Repeat("#"+piece+"\n", n)), "#")
	}
	for _, piece := range []string{">", "+ ", "> 1. ", "[a](", "*_", "`a` ", "```\nb\n```\n", "    a\n\n", "- `a`\n"} {
		MarkdownCode("a.md", []byte(strings.Repeat(piece, n/4)))
	}
}

// FuzzCode holds that whatever the document, its code stands where it says.
func FuzzCode(f *testing.F) {
	for _, c := range markdownCases {
		f.Add([]byte(c.text))
	}
	for _, c := range restCases {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, c := range append(MarkdownCode("a.md", content), RestCode("a.rst", content)...) {
			checkText(t, content, c.Text)
			if c.Pos.Line < 1 || c.Pos.Column < 1 || c.Pos.Compare(c.Text.At(0)) > 0 {
				t.Fatalf("%q: %+v before %v", content, c.Pos, c.Text.At(0))
			}
		}
		for _, text := range Comments("a.sh", content, "#") {
			checkText(t, content, text)
		}
	})
}
