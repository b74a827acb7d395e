package source

import (
	"bytes"
	"strings"
	"testing"
)

var fuzzSeeds = []string{
	"", "# policygen:begin a\n1\n# policygen:end a\n", bom + "# policygen:begin a\r\n1\r\n2\n# policygen:end a", "# policygen:end a\n# policygen:begin a",
	"# policygen:begin a\n# policygen:begin b\n# policygen:end a\n# policygen:end b\n", "# policygen:begin A\n# policygen:begin\n",
	"text\n<!-- policygen:begin a -->\n- x\n\n      y\n<!-- policygen:end a -->\n\n<!-- policygen:begin b -->\n<!-- policygen:end b -->",
	"```\n<!-- policygen:begin a -->\n```\n<!-- policygen:begin a -->\n```\n<!-- policygen:end a -->\n```\n<!-- policygen:end a -->",
	"<div>\n<!-- policygen:begin a -->\n</div>\n> <!-- policygen:end a -->\n1. \t<!-- policygen:end a -->\n", "<pre>\n<!-- policygen:begin a -->\n",
	"[x]: <\n<!-- policygen:begin a -->\n\r\r\n<!-- policygen:end a -->\n",
}

// FuzzBlocks: whatever the text, a block that is replaced by itself changes nothing; one that is replaced by something else or
// taken out leaves all else as it was; and every problem has a place in the text.
func FuzzBlocks(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add("a.md", []byte(seed))
		f.Add("a.toml", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, file string, text []byte) {
		blocks, problems := Blocks(file, text)
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Line > 1+bytes.Count(text, []byte("\n")) || p.What == "" || p.Help == "" {
				t.Fatalf("%q: %+v", text, p)
			}
		}
		at := 0
		for _, b := range blocks {
			if b.outerStart < at || b.start <= b.outerStart || b.end < b.start || b.outerEnd <= b.end {
				t.Fatalf("%q: %+v", text, b)
			}
			at = b.outerEnd
			checkBlock(t, text, b)
		}
	})
}

func checkBlock(t *testing.T, text []byte, b Block) {
	if got := Apply(text, b.Replace(b.Text())); !bytes.Equal(got, text) {
		t.Fatalf("%q: replaced by itself: %q", text, got)
	}
	if got, want := string(Apply(text, b.Remove())), string(text[:b.outerStart])+string(text[b.outerEnd:]); got != want {
		t.Fatalf("%q: without %s: %q", text, b.Name, got)
	}
	got := string(Apply(text, b.Replace("new")))
	rest, ok := strings.CutPrefix(got, string(text[:b.start]))
	if !ok || strings.TrimSuffix(rest, string(text[b.end:])) != "new"+b.ending && b.Text() != "new\n" {
		t.Fatalf("%q: with a new %s: %q", text, b.Name, got)
	}
}

// FuzzTransplant: the text of a block in one file means the same in another file: there it is found again, and so are the blocks
// after it. In Markdown that is so only because of where markers may stand.
func FuzzTransplant(f *testing.F) {
	for _, from := range fuzzSeeds {
		for _, to := range fuzzSeeds[1:] {
			f.Add("a.md", []byte(from), []byte(to))
			f.Add("a.toml", []byte(from), []byte(to))
		}
	}
	f.Fuzz(func(t *testing.T, file string, from, to []byte) {
		given, wrong := Blocks(file, from)
		held, alsoWrong := Blocks(file, to)
		if wrong != nil || alsoWrong != nil || len(given) == 0 {
			return
		}
		for i, b := range held {
			after := Apply(to, b.Replace(given[0].Text()))
			found, problems := Blocks(file, after)
			if len(found) != len(held) || problems != nil || found[i].Name != b.Name || found[i].Text() != given[0].Text() {
				t.Fatalf("%q in %q: %q: %v %v", given[0].Text(), to, after, found, problems)
			}
		}
	})
}
