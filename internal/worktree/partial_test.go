package worktree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policygen/internal/source"
)

// block returns a block as it stands in a file of Markdown.
func block(name, text string) string {
	return "<!-- policygen:begin " + name + " -->\n" + text + "<!-- policygen:end " + name + " -->\n"
}

// partial returns an artifact with blocks, names and texts in turn, and words around them.
func partial(name string, blocks ...string) Artifact {
	a := blocksOnly(name, blocks...)
	a.Content = append([]byte("# Title\n\n"), a.Content...)
	return a
}

// blocksOnly returns an artifact with nothing around its blocks.
func blocksOnly(name string, blocks ...string) Artifact {
	a := artifact(name, "")
	a.Partial = true
	for i := 0; i < len(blocks); i += 2 {
		a.Content = append(a.Content, block(blocks[i], blocks[i+1])...)
	}
	return a
}

// A person's file has a mode that no artifact has, and text around the blocks. An artifact with the target "owned" is part of one.
const (
	personMode   = 0o654
	above, below = "mine above\r\n", "mine below"
)

func owned(a Artifact) bool { return a.Target == "owned" }

// asWritten returns the mode and content that an artifact gives to its file.
func asWritten(a Artifact) (os.FileMode, string) {
	if owned(a) {
		return personMode, above + string(a.Content) + below
	}
	return a.Mode, string(a.Content)
}

// Every status begins with this root, in which one render with the blocks a and b was written into a file with prose,
// and a next render. After a Write, with consent where it is needed, prose and all else that is a person's is there.
func TestPartialStatus(t *testing.T) {
	const name = "d/x.md"
	rendered := "mine\n" + block("a", "1\n") + "between\n" + block("b", "2\n") + "last"
	same, next := partial(name, "a", "1\n", "b", "2\n"), partial(name, "a", "3\n", "b", "2\n")
	tests := []struct {
		name, disk string
		render     Artifact // none where the Path is empty
		want       string
		refuse     bool
		after      string
	}{
		{"ok", rendered, same, "ok", false, rendered},
		{"ok with other line endings", dos(rendered), same, "ok", false, dos(rendered)},
		{"ok in another order", block("b", "2\n") + block("a", "1\n"), same, "ok", false, block("b", "2\n") + block("a", "1\n")},
		{"prose changed", "new" + rendered + "new", same, "ok", false, "new" + rendered + "new"},
		{"stale", rendered, next, "stale", false, strings.Replace(rendered, "1\n", "3\n", 1)},
		{"stale with other line endings", dos(rendered), next, "stale", false, dos(strings.Replace(rendered, "1\n", "3\n", 1))},
		{"edited", strings.Replace(rendered, "1\n", "me\n", 1), same, "edited", true, rendered},
		{"emptied", strings.Replace(rendered, "1\n", "\n", 1), same, "edited", true, rendered},
		{"conflict", strings.Replace(rendered, "1\n", "me\n", 1), next, "conflict", true, strings.Replace(rendered, "1\n", "3\n", 1)},
		{"another person's edit of the other block", strings.Replace(rendered, "2\n", "me\n", 1), next, "conflict", true, strings.Replace(rendered, "1\n", "3\n", 1)},
		{"by a person what is rendered", strings.Replace(rendered, "1\n", "3\n", 1), next, "ok, not recorded", false, strings.Replace(rendered, "1\n", "3\n", 1)},
		{"a new block that is empty", rendered + "\n" + block("c", " \n\n"), partial(name, "a", "1\n", "b", "2\n", "c", "4\n"), "stale", false, rendered + "\n" + block("c", "4\n")},
		{"a new block that is full", rendered + "\n" + block("c", "me\n"), partial(name, "a", "1\n", "b", "2\n", "c", "4\n"), "foreign", true, rendered + "\n" + block("c", "4\n")},
		{"a block less", rendered, partial(name, "a", "1\n"), "stale", false, strings.Replace(rendered, block("b", "2\n"), "", 1)},
		{"a block less, edited", strings.Replace(rendered, "2\n", "me\n", 1), partial(name, "a", "1\n"), "conflict", true, strings.Replace(rendered, block("b", "2\n"), "", 1)},
		{"a block less, gone", block("a", "1\n"), partial(name, "a", "1\n"), "ok, not recorded", false, block("a", "1\n")},
		{"orphan", rendered, Artifact{}, "orphan, unmodified", false, "mine\nbetween\nlast"},
		{"orphan with other line endings", dos(rendered), Artifact{}, "orphan, unmodified", false, "mine\r\nbetween\r\nlast"},
		{"orphan edited", strings.Replace(rendered, "2\n", "me\n", 1), Artifact{}, "orphan, edited", true, "mine\nbetween\nlast"},
		{"orphan without its markers", "mine", Artifact{}, "orphan, gone", false, "mine"},
		{"orphan with nothing around it", block("a", "1\n") + block("b", "2\n"), Artifact{}, "orphan, unmodified", false, "gone"},
		{"whole", rendered, artifact(name, "all\n"), "foreign", true, "all\n"},
		{"whole, and equal", "all\n", artifact(name, "all\n"), "ok, not recorded", false, "all\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			put(t, root, name, block("b", "")+block("a", ""))
			write(t, root, []Artifact{same})
			put(t, root, name, test.disk)
			var render []Artifact
			if test.render.Path != "" {
				render = []Artifact{test.render}
			}
			expect(t, verdicts(t, root, render), name+": "+test.want)
			checkRefusal(t, root, render, test.refuse)
			got, there := snapshot(t, root)[name]
			if there == (test.after == "gone") || there && got != "-rw-r--r-- "+test.after {
				t.Errorf("after Write: %q, want %q", got, test.after)
			}
			checkIdle(t, root, render)
		})
	}
}

func dos(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// checkRefusal proves that Write refuses without a trace where it should, and that consent helps.
func checkRefusal(t *testing.T, root string, render []Artifact, refuse bool) {
	t.Helper()
	was := snapshot(t, root)
	_, err := Write(root, render, proved, Options{})
	var refused *RefusedError
	if errors.As(err, &refused) != refuse {
		t.Fatalf("Write: %v, want refusal %v", err, refuse)
	}
	if refuse {
		sameSnapshot(t, was, snapshot(t, root))
		write(t, root, render, refused.Changes[0].Path)
	}
}

// Without a record, blocks that hold nothing are filled, and nobody is asked.
func TestPartialUnrecorded(t *testing.T) {
	render := []Artifact{partial("x.md", "a", "1\n", "b", "2\n")}
	tests := []struct {
		name, disk, want string
	}{
		{"empty", "mine\n" + block("a", "") + block("b", "\n \n"), "missing, its blocks are not filled yet"},
		{"one is there", block("a", "1\n") + block("b", ""), "missing, its blocks are not filled yet"},
		{"both are there", block("a", "1\n") + block("b", "2\n"), "ok, not recorded"},
		{"somebody's", block("a", "me\n") + block("b", ""), "foreign"},
	}
	for _, test := range tests {
		root := t.TempDir()
		put(t, root, "x.md", test.disk)
		expect(t, verdicts(t, root, render), "x.md: "+test.want)
		checkRefusal(t, root, render, test.want == "foreign")
		if want := "<!-- policygen:begin a -->\n1\n<!-- policygen:end a -->\n<!-- policygen:begin b -->\n2\n"; !strings.Contains(mustRead(t, root+"/x.md"), want) {
			t.Errorf("%s: %q", test.name, mustRead(t, root+"/x.md"))
		}
	}
}

// Markers that make no sense stop a Write, whatever is given up, and say what to put where.
func TestPartialObstructed(t *testing.T) {
	const begin, end = "<!-- policygen:begin a -->", "<!-- policygen:end a -->"
	tests := []struct{ name, disk, obstacle, help string }{
		{"no markers", "mine\n", `no line "` + begin + `"`, `put "` + begin + `" and "` + end + `", each on a line of its own, where the block should stand`},
		{"no end", "\n" + begin + "\n", `no line "` + end + `" after the beginning of that block at 2:1`, `put "` + end + `" on a line of its own where the block ends`},
		{"no beginning", end, `no line "` + begin + `" before the end of that block at 1:1`, `put "` + begin + `" on a line of its own where the block begins`},
		{"doubled", block("a", "1\n") + block("a", "1\n"), `a second "` + begin + `" at 4:1 (the first at 1:1)`, "keep one block of each name"},
		{"reversed", end + "\n" + begin + "\n", `a line "` + end + `" at 1:1 before "` + begin + `" at 2:1`, "exchange the two lines"},
	}
	render := []Artifact{partial("x.md", "a", "2\n"), artifact("y", "1\n")}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, []Artifact{partial("x.md", "a", "1\n")})
			put(t, root, "x.md", test.disk)
			expect(t, verdicts(t, root, render), "x.md: obstructed, there is "+test.obstacle, "y: missing")
			was := snapshot(t, root)
			for _, overwrite := range [][]string{nil, {"x.md"}} {
				_, err := Write(root, render, proved, Options{Overwrite: overwrite})
				want := "nothing was written, since work of others would be lost:\n    x.md: obstructed: there is " + test.obstacle + "; " + test.help
				if fmt.Sprint(err) != want {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			}
			sameSnapshot(t, was, snapshot(t, root))
		})
	}
}

// All places that are missing are told at once.
func TestPartialMissingMarkers(t *testing.T) {
	root := t.TempDir()
	put(t, root, "x.md", "mine\n"+block("b", ""))
	changes, err := Compare(root, []Artifact{partial("x.md", "a", "1\n", "b", "2\n", "c", "3\n")})
	must(t, err)
	expect(t, []string{changes[0].Obstacle, changes[0].Help},
		`no line "<!-- policygen:begin a -->" and no line "<!-- policygen:begin c -->"`,
		`put "<!-- policygen:begin a -->" and "<!-- policygen:end a -->", "<!-- policygen:begin c -->" and "<!-- policygen:end c -->", each on a line of its own, where the blocks should stand`)
}

// An orphan with such markers is left alone too, until a person has put them right or away.
func TestPartialOrphanObstructed(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{partial("x.md", "a", "1\n")})
	put(t, root, "x.md", "<!-- policygen:begin a -->\n1\n")
	was := snapshot(t, root)
	expect(t, verdicts(t, root, nil), `x.md: orphan, there is no line "<!-- policygen:end a -->" after the beginning of that block at 1:1`)
	_, err := Write(root, nil, proved, Options{Overwrite: []string{"x.md"}})
	if want := "x.md: orphan: no target renders it any more, but there is no line"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	sameSnapshot(t, was, snapshot(t, root))
	put(t, root, "x.md", "mine")
	write(t, root, nil)
	expect(t, verdicts(t, root, nil))
	if got := mustRead(t, root+"/x.md"); got != "mine" {
		t.Errorf("got %q", got)
	}
}

// What policygen wrote as a whole it may make partial; what it wrote partly it never takes for its own as a whole.
func TestWholeToPartial(t *testing.T) {
	to := []Artifact{partial("x.md", "a", "1\n")}
	tests := []struct{ name, disk, want, after string }{
		{"unmodified", "all\n", "stale", string(to[0].Content)},
		{"unmodified with other line endings", "all\r\n", "stale", string(to[0].Content)},
		{"edited", "me\n", `obstructed, there is no line "<!-- policygen:begin a -->"`, ""},
		{"edited, with empty blocks", "me\n" + block("a", ""), "missing, its blocks are not filled yet", "me\n" + block("a", "1\n")},
	}
	for _, test := range tests {
		root := t.TempDir()
		write(t, root, []Artifact{artifact("x.md", "all\n")})
		put(t, root, "x.md", test.disk)
		expect(t, verdicts(t, root, to), "x.md: "+test.want)
		if test.after != "" {
			write(t, root, to)
			if got := mustRead(t, root+"/x.md"); got != test.after {
				t.Errorf("%s: %q", test.name, got)
			}
		}
	}
	root := t.TempDir()
	write(t, root, []Artifact{artifact("x.md", string(to[0].Content))})
	expect(t, verdicts(t, root, to), "x.md: ok, not recorded")
}

// A person's file keeps its mode, whatever it is; no mode of it is wrong.
func TestPartialMode(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o654, 0o755, 0o444} {
		root := t.TempDir()
		put(t, root, "x.md", block("a", ""))
		must(t, os.Chmod(root+"/x.md", mode))
		for _, render := range [][]Artifact{{partial("x.md", "a", "1\n")}, {partial("x.md", "a", "2\n")}} {
			changes := write(t, root, render)
			info, err := os.Stat(root + "/x.md")
			must(t, err)
			if changes[0].WrongMode || info.Mode() != mode {
				t.Errorf("%v is now %v", mode, info.Mode())
			}
			expect(t, verdicts(t, root, render), "x.md: ok")
		}
		write(t, root, []Artifact{artifact("y", "")})
	}
}

func TestUnusablePartialArtifacts(t *testing.T) {
	broken := partial("x.md", "a", "1\n", "a", "2\n")
	for want, a := range map[string]Artifact{`artifact "x.md" has no block`: partial("x.md"), `artifact "x.md": x.md:6:1: there is a second`: broken} {
		if _, err := Compare(t.TempDir(), []Artifact{a}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The text of the manifest and the digest of blocks are a contract with every checkout there is.
func TestPartialManifest(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{partial("x.md", "b", "2\r\n", "a", "1\n")})
	want := `{
  "version": 1,
  "files": {
    "x.md": {
      "digest": "sha256:c9589feebf878eb20ceeb05b4ade35d66f3d08cae7531d29a9138c1ac374fba0",
      "blocks": [
        "a",
        "b"
      ],
      "target": "t"
    }
  }
}
`
	if got := mustRead(t, root+"/"+ManifestPath); got != want {
		t.Errorf("got %s", got)
	}
}

// What a block and somebody's own text make together is looked at before each verdict, also where nothing is to be written, and what is found
// there keeps everything from being written.
func TestPartialFits(t *testing.T) {
	root := t.TempDir()
	a := partial("x.md", "a", "1\n")
	var looked []string
	a.Where = "below the first line"
	a.Fits = func(old, new []byte) *source.Problem {
		looked = append(looked, string(old)+"->"+string(new))
		if strings.Contains(string(new), "bad") {
			return &source.Problem{What: "a bad word", Help: "remove it"}
		}
		return nil
	}
	write(t, root, []Artifact{a})
	expect(t, looked) // policygen's own text is proved with all else
	filled, empty := block("a", "1\n"), block("a", "")
	for _, c := range []struct{ disk, want string }{
		{"good\n" + empty, "x.md: missing, its blocks are not filled yet"}, {"good\n" + filled, "x.md: ok"},
		{"bad\n" + empty, "x.md: obstructed, there is a bad word"}, {"bad\n" + filled, "x.md: obstructed, there is a bad word"},
	} {
		must(t, os.RemoveAll(filepath.Join(root, ".policygen")))
		put(t, root, "x.md", c.disk)
		looked = nil
		got := verdicts(t, root, []Artifact{a})
		got[0], _, _ = strings.Cut(got[0], ", not recorded")
		expect(t, got, c.want)
		word, _, _ := strings.Cut(c.disk, "\n")
		expect(t, looked, c.disk+"->"+word+"\n"+filled)
	}
	was := snapshot(t, root)
	_, err := Write(root, []Artifact{a, artifact("y", "1")}, proved, Options{Overwrite: []string{"x.md"}})
	if want := "x.md: obstructed: there is a bad word; remove it"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	sameSnapshot(t, was, snapshot(t, root))
	put(t, root, "x.md", "mine\n")
	changes, err := Compare(root, []Artifact{a})
	if must(t, err); !strings.HasSuffix(changes[0].Help, `"<!-- policygen:end a -->", each on a line of its own, below the first line`) {
		t.Errorf("got %q", changes[0].Help)
	}
}
