package source

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// describe tells the blocks and problems of a text in a few words.
func describe(file, text string) []string {
	blocks, problems := Blocks(file, []byte(text))
	var list []string
	for _, b := range blocks {
		list = append(list, fmt.Sprintf("%s %d:%d-%d:%d %q", b.Name, b.Begin.Line, b.Begin.Column, b.End.Line, b.End.Column, b.Text()))
	}
	for _, p := range problems {
		list = append(list, p.Position.String()+": "+p.What)
	}
	return list
}

func TestBlocks(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{"none", "a.toml", "x = 1\n", nil},
		{"nothing at all", "a.toml", "", nil},
		{"two", "a.toml", "x\n# policygen:begin a\n1\n2\n# policygen:end a\n\t # policygen:begin b.c-d_2 \n# policygen:end b.c-d_2\n",
			[]string{`a 2:1-5:1 "1\n2\n"`, `b.c-d_2 6:3-7:1 ""`}},
		{"CRLF", "a.ini", "# policygen:begin a\r\n1\r\n# policygen:end a\r\n", []string{`a 1:1-3:1 "1\n"`}},
		{"the last line has no ending", "a.ini", "# policygen:begin a\n1\n# policygen:end a", []string{`a 1:1-3:1 "1\n"`}},
		{"byte order mark", "a.ini", bom + "# policygen:begin a\n# policygen:end a\n", []string{`a 1:1-2:1 ""`}},
		{"byte order mark in Markdown", "a.md", bom + "<!-- policygen:begin a -->\n<!-- policygen:end a -->\n", []string{`a 1:1-2:1 ""`}},
		{"Markdown", "a.MD", "# Title\ntext\n<!-- policygen:begin a -->\n| x |\n```\ncode\n```\n<!-- policygen:end a -->  \ntext", []string{`a 3:1-8:1 "| x |\n` + "```\\ncode\\n```" + `\n"`}},
		{"Markdown with CRLF", "a.markdown", "text\r\n<!-- policygen:begin a -->\r\n```\r\ncode\r\n```\r\n<!-- policygen:end a -->", []string{`a 2:1-6:1 "` + "```\\ncode\\n```" + `\n"`}},
		{"markers in code are none", "a.md", "```\n<!-- policygen:begin a -->\n```\n\n    <!-- policygen:end a -->\n\n`<!-- policygen:end a -->`\n", nil},
		{"the other form is none", "a.md", "# policygen:begin a\n", nil},
		{"a list and a quotation end before a marker", "a.md", "- item\n<!-- policygen:begin a -->\n> quoted\n<!-- policygen:end a -->\n", []string{`a 2:1-4:1 "> quoted\n"`}},
		{"words about markers", "a.toml", "x = 1 # policygen:begin a\n# policygen: the tool\n# see policygen:begin\n", nil},

		{"begin without end", "a.toml", "\n  # policygen:begin a\n", []string{`a.toml:2:3: no line "# policygen:end a" after the beginning of that block at 2:3`}},
		{"end without begin", "a.toml", "# policygen:end a\n", []string{`a.toml:1:1: no line "# policygen:begin a" before the end of that block at 1:1`}},
		{"reversed", "a.md", "<!-- policygen:end a -->\n\n<!-- policygen:begin a -->", []string{`a.md:1:1: a line "<!-- policygen:end a -->" at 1:1 before "<!-- policygen:begin a -->" at 3:1`}},
		{"doubled", "a.toml", "# policygen:begin a\n# policygen:end a\n# policygen:begin a\n# policygen:end a\n",
			[]string{`a.toml:3:1: a second "# policygen:begin a" at 3:1 (the first at 1:1)`, `a.toml:4:1: a second "# policygen:end a" at 4:1 (the first at 2:1)`}},
		{"begun twice, never ended", "a.toml", "# policygen:begin a\n# policygen:begin a\n",
			[]string{`a.toml:1:1: no line "# policygen:end a" after the beginning of that block at 1:1`, `a.toml:2:1: a second "# policygen:begin a" at 2:1 (the first at 1:1)`}},
		{"nested", "a.toml", "# policygen:begin a\n# policygen:begin b\n# policygen:end b\n# policygen:end a\n",
			[]string{`a 1:1-4:1 "# policygen:begin b\n# policygen:end b\n"`, `a.toml:2:1: a block "b" that begins at 2:1, inside the block "a" of 1:1`}},
		{"overlapping", "a.toml", "# policygen:begin a\n# policygen:begin b\n# policygen:end a\n# policygen:end b\n",
			[]string{`a 1:1-3:1 "# policygen:begin b\n"`, `a.toml:2:1: a block "b" that begins at 2:1, inside the block "a" of 1:1`}},
		{"bad names", "a.toml", "# policygen:begin A\n# policygen:end -\n",
			[]string{`a.toml:1:1: a marker with the name "A" at 1:1`, `a.toml:2:1: a marker with the name "-" at 2:1`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := describe(test.file, test.text); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// What was meant to be a marker is never passed over in silence.
func TestMalformed(t *testing.T) {
	for file, texts := range map[string][]string{
		"a.toml": {
			"# policygen:begin", "#policygen:begin a", "# policygen:begin a b", "# policygen:begin  a", "## policygen:begin a", "; policygen:begin a",
			"# Policygen:Begin a", "# policygen: end a", "// policygen:end a", "<!-- policygen:begin a -->", "\t#  policygen :end a",
		},
		"a.md": {
			" <!-- policygen:begin a -->", "<!-- policygen:begin -->", "<!--policygen:begin a-->", "<!-- policygen:begin a --> text", "<!-- policygen:begin a",
			"- <!-- policygen:begin a -->", "> <!-- policygen:begin a -->", "<details>\n<!-- policygen:begin a -->", "text <!-- policygen:begin a -->",
			"<!--\n<!-- policygen:begin a -->", "<pre>\n\n<!-- policygen:end a -->\n</pre>", "<!-- policygen:begin a --> <!-- policygen:end a -->",
			"<div>\n<!-- policygen:Begin a -->", "text <!--\npolicygen --> <!-- policygen:end a -->",
		},
	} {
		for _, text := range texts {
			line := 1 + strings.Count(strings.TrimSuffix(text, "\n</pre>"), "\n")
			blocks, problems := Blocks(file, []byte("\n"+text+"\n"))
			if len(blocks) > 0 || len(problems) != 1 || problems[0].Line != line+1 || !strings.HasPrefix(problems[0].What, "a line that looks like a marker but is none") {
				t.Errorf("%q: got %v, %v", text, blocks, problems)
			}
		}
	}
}

func TestProblemText(t *testing.T) {
	_, problems := Blocks("d/a.md", []byte("x\n\n <!-- policygen:begin a -->\n"))
	want := `d/a.md:3:2: there is a line that looks like a marker but is none at 3:2
    help: a marker is "<!-- policygen:begin NAME -->" or "<!-- policygen:end NAME -->", ` +
		"alone at the very beginning of its line and not within other HTML, which a blank line ends"
	if len(problems) != 1 || problems[0].Error() != want {
		t.Errorf("got %v", problems)
	}
}

func TestEditBlocks(t *testing.T) {
	const unix = "x\n# policygen:begin a\n1\n# policygen:end a\ny"
	dos := strings.ReplaceAll(unix, "\n", "\r\n")
	tests := []struct {
		name, text string
		edit       func(Block) Edit
		want       string
	}{
		{"replace", unix, func(b Block) Edit { return b.Replace("2\n3\n") }, "x\n# policygen:begin a\n2\n3\n# policygen:end a\ny"},
		{"a last line without an ending", unix, func(b Block) Edit { return b.Replace("2") }, "x\n# policygen:begin a\n2\n# policygen:end a\ny"},
		{"empty it", unix, func(b Block) Edit { return b.Replace("") }, "x\n# policygen:begin a\n# policygen:end a\ny"},
		{"CRLF", dos, func(b Block) Edit { return b.Replace("2\n3") }, "x\r\n# policygen:begin a\r\n2\r\n3\r\n# policygen:end a\r\ny"},
		{"CRLF from CRLF", dos, func(b Block) Edit { return b.Replace("2\r\n3\r\r\n") }, "x\r\n# policygen:begin a\r\n2\r\n3\r\n# policygen:end a\r\ny"},
		{"LF from CRLF", unix, func(b Block) Edit { return b.Replace("2\r\n") }, "x\n# policygen:begin a\n2\n# policygen:end a\ny"},
		{"mixed endings that say the same stay", "# policygen:begin a\n1\r\n2\n# policygen:end a", func(b Block) Edit { return b.Replace("1\n2\n") }, "# policygen:begin a\n1\r\n2\n# policygen:end a"},
		{"remove", unix, Block.Remove, "x\ny"},
		{"remove all", bom + "# policygen:begin a\n# policygen:end a", Block.Remove, bom},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			blocks, problems := Blocks("a", []byte(test.text))
			if len(blocks) != 1 || problems != nil {
				t.Fatalf("got %v, %v", blocks, problems)
			}
			if got := string(Apply([]byte(test.text), test.edit(blocks[0]))); got != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestMarkers(t *testing.T) {
	for file, want := range map[string]string{
		"d/README.md": "<!-- policygen:begin a -->", "pyproject.toml": "# policygen:begin a", "tox.ini": "# policygen:begin a", "a.md/Makefile": "# policygen:begin a",
	} {
		begin, end := Markers(file, "a")
		if begin != want || end != strings.Replace(want, "begin", "end", 1) {
			t.Errorf("%s: %q %q", file, begin, end)
		}
		if got := describe(file, begin+"\n"+end); len(got) != 1 || !strings.HasPrefix(got[0], "a 1:1-2:1") {
			t.Errorf("%s: its markers are read as %q", file, got)
		}
	}
}
