package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policygen/generate"
	"policygen/internal/worktree"
)

const (
	pageBegin, pageEnd = "<!-- policygen:begin commands -->\n", "<!-- policygen:end commands -->\n"
	pipBegin, pipEnd   = "# policygen:begin pins\n", "# policygen:end pins\n"
)

// partialArtifacts are what a policy would render into two files that are somebody's own.
func partialArtifacts(text string) []worktree.Artifact {
	return []worktree.Artifact{
		{Path: "README.md", Mode: 0o644, Target: "page", Partial: true, Content: []byte("# Tests\n\n" + pageBegin + text + pageEnd)},
		{Path: "tox.ini", Mode: 0o644, Target: "pins", Partial: true, Content: []byte(pipBegin + text + pipEnd)},
	}
}

// A renderRoot is a folder to render into without a policy.
type renderRoot struct {
	t    *testing.T
	root string
}

func (r renderRoot) put(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.root, name), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r renderRoot) get(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// render does what render does with artifacts, and returns what it says on stdout and as its error, and its exit code.
func (r renderRoot) render(f renderFlags, artifacts []worktree.Artifact) (text string, code int) {
	r.t.Helper()
	if f.format == nil {
		f.format = &format{value: "text"}
	}
	var out bytes.Buffer
	err := f.deliver(disk{}, streams{out: &out}, r.root, generate.Rendering{Artifacts: artifacts})
	if err == nil {
		return out.String(), exitOK
	}
	exit, ok := err.(exitError)
	if !ok {
		exit = exitError{exitFailure, err}
	}
	if exit.err != nil {
		out.WriteString(exit.Error() + "\n")
	}
	return out.String(), exit.code
}

func (r renderRoot) expect(f renderFlags, artifacts []worktree.Artifact, code int, want string) {
	r.t.Helper()
	if got, is := r.render(f, artifacts); got != want || is != code {
		r.t.Errorf("exit %d, want %d\n%s\nwant\n%s", is, code, got, want)
	}
}

func TestRenderBlocks(t *testing.T) {
	r := renderRoot{t, t.TempDir()}
	write, check := renderFlags{}, renderFlags{check: true}
	r.put("README.md", "mine\r\n"+strings.ReplaceAll(pageBegin+pageEnd, "\n", "\r\n")+"mine\r\n")
	r.expect(check, partialArtifacts("one\n"), exitDrift,
		"README.md: missing, its blocks are not filled yet\ntox.ini: missing\n2 files of 2 not up to date; run: policygen render\n")
	r.expect(write, partialArtifacts("one\n"), exitOK, "filled the blocks of README.md\nwrote tox.ini (was missing)\n")
	if got, want := r.get("README.md"), "mine\r\n"+strings.ReplaceAll(pageBegin+"one\n"+pageEnd, "\n", "\r\n")+"mine\r\n"; got != want {
		t.Errorf("got %q", got)
	}
	r.expect(check, partialArtifacts("one\n"), exitOK, "2 files up to date\n")

	r.put("tox.ini", "mine\n"+r.get("tox.ini")+"mine\n")
	r.expect(check, partialArtifacts("one\n"), exitOK, "2 files up to date\n")
	r.put("README.md", "mine\n"+pageBegin+"one\n"+pageEnd)
	r.expect(renderFlags{diff: true}, partialArtifacts("two\n"), exitOK, `# README.md: stale
diff a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -1,4 +1,4 @@
 mine
 <!-- policygen:begin commands -->
-one
+two
 <!-- policygen:end commands -->
# tox.ini: stale
diff a/tox.ini b/tox.ini
--- a/tox.ini
+++ b/tox.ini
@@ -1,5 +1,5 @@
 mine
 # policygen:begin pins
-one
+two
 # policygen:end pins
 mine
`)
}

func TestRenderEditedBlocks(t *testing.T) {
	r := renderRoot{t, t.TempDir()}
	write, check := renderFlags{}, renderFlags{check: true}
	r.render(write, partialArtifacts("one\n"))
	r.put("tox.ini", "mine\n"+pipBegin+"edited\n"+pipEnd)
	r.expect(check, partialArtifacts("one\n"), exitDrift, "tox.ini: edited\n1 file of 2 not up to date; policygen render would write nothing because of tox.ini\n")
	r.expect(write, partialArtifacts("one\n"), exitDrift, `nothing was written, since work of others would be lost:
    tox.ini: edited: a person changed it since it was rendered
    help: move what should stay into the policy or elsewhere; --overwrite PATH gives up what is at that very path, folders excepted
`)
	r.expect(renderFlags{overwrite: []string{"tox.ini"}}, partialArtifacts("one\n"), exitOK, "wrote tox.ini (was edited)\n")
	if got := r.get("tox.ini"); got != "mine\n"+pipBegin+"one\n"+pipEnd {
		t.Errorf("got %q", got)
	}
	r.expect(write, partialArtifacts("one\n")[:1], exitOK, "took the blocks out of tox.ini, which is no target any more\n")
	if got := r.get("tox.ini"); got != "mine\n" {
		t.Errorf("got %q", got)
	}
	r.put("README.md", "mine\n")
	r.expect(write, nil, exitOK, "forgot README.md, which is gone and no target any more\n")
}

// Each thing that may be wrong with markers is named with its place and what to do, whether files are checked, written or overwritten.
func TestRenderMarkers(t *testing.T) {
	tests := []struct{ name, text, obstacle, help string }{
		{"none", "mine\n", `no line "# policygen:begin pins"`, `put "# policygen:begin pins" and "# policygen:end pins", each on a line of its own, where the block should stand`},
		{"no end", pipBegin, `no line "# policygen:end pins" after the beginning of that block at 1:1`, `put "# policygen:end pins" on a line of its own where the block ends`},
		{"no begin", "\n" + pipEnd, `no line "# policygen:begin pins" before the end of that block at 2:1`, `put "# policygen:begin pins" on a line of its own where the block begins`},
		{"doubled", pipBegin + pipEnd + pipBegin + pipEnd, `a second "# policygen:begin pins" at 3:1 (the first at 1:1)`, "keep one block of each name"},
		{"reversed", pipEnd + pipBegin, `a line "# policygen:end pins" at 1:1 before "# policygen:begin pins" at 2:1`, "exchange the two lines"},
		{"nested", pipBegin + strings.ReplaceAll(pipBegin+pipEnd, "pins", "more") + pipEnd, `a block "more" that begins at 2:1, inside the block "pins" of 1:1`, "end one block before the next begins"},
		{"bad name", pipBegin + pipEnd + "# policygen:begin Pins\n", `a marker with the name "Pins" at 3:1`, `a name is lower-case letters, digits, ".", "_" and "-", starting with a letter or a digit`},
		{"malformed", pipBegin + pipEnd + " #policygen:end pins\n", "a line that looks like a marker but is none at 3:2", `a marker is "# policygen:begin NAME" or "# policygen:end NAME", alone on its line`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := renderRoot{t, t.TempDir()}
			r.put("tox.ini", test.text)
			artifacts := partialArtifacts("one\n")[1:]
			r.expect(renderFlags{check: true}, artifacts, exitDrift,
				"tox.ini: obstructed, there is "+test.obstacle+"\n    help: "+test.help+"\n1 file of 1 not up to date; policygen render would write nothing because of tox.ini\n")
			for _, f := range []renderFlags{{}, {overwrite: []string{"tox.ini"}}} {
				r.expect(f, artifacts, exitDrift,
					"nothing was written, since work of others would be lost:\n    tox.ini: obstructed: there is "+test.obstacle+"; "+test.help+"\n")
			}
			got, _ := r.render(renderFlags{check: true, format: &format{value: "json"}}, artifacts)
			if !strings.Contains(got, `"obstacle": "`) || !strings.Contains(got, `"help": "`) {
				t.Errorf("got %s", got)
			}
			if got := r.get("tox.ini"); got != test.text {
				t.Errorf("the file is now %q", got)
			}
		})
	}
}

// TestRenderCommandIsWords: whatever the files of a policy are called, the command that renders it again, which CI runs, names them
// and runs nothing else.
func TestRenderCommandIsWords(t *testing.T) {
	for _, names := range [][]string{
		{"policygen.cue"}, {"base.cue", "policygen.cue"}, {"b $(touch pwn) `touch pwn`.cue"}, {"it's \"x\"; touch pwn.cue"}, {"a\nb.cue", "é.cue"}, {`c:\x $HOME.cue`},
	} {
		var want string
		if len(names) > 1 || names[0] != policyFileName {
			for _, name := range names {
				want += "|--policy|" + name
			}
		}
		cmd := exec.Command("bash", "-c", `policygen() { printf '|%s' "$@"; }`+"\n"+renderCommand(names, false)+" --check")
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		left, _ := os.ReadDir(cmd.Dir)
		if err != nil || string(out) != "|render"+want+"|--check" || len(left) > 0 {
			t.Errorf("%q: %v, %q, %v", names, err, out, left)
		}
	}
}
