package worktree

import (
	"errors"
	"os"
	"strings"
	"testing"

	"policygen/internal/outpath"
)

const emptyDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const sampleManifest = `{
  "version": 1,
  "files": {
    "d/a": {
      "digest": "` + emptyDigest + `",
      "previous": [
        "sha256:0000000000000000000000000000000000000000000000000000000000000000"
      ],
      "mode": "0755",
      "target": "<wrapper>"
    },
    "e": {
      "digest": "` + emptyDigest + `",
      "mode": "0644",
      "target": ""
    }
  },
  "ejected": {
    "f": "ours is better"
  }
}
`

func TestManifestText(t *testing.T) {
	m, err := parseManifest([]byte(sampleManifest))
	must(t, err)
	if got := string(m.encode()); got != sampleManifest {
		t.Errorf("got %s", got)
	}
	crlf, err := parseManifest([]byte(strings.ReplaceAll(sampleManifest, "\n", "\r\n")))
	must(t, err)
	if !crlf.equal(m) {
		t.Error("line endings make a difference")
	}
	sorted, err := parseManifest([]byte(`{"ejected":{},"files":{},"version":1}`))
	must(t, err)
	if !sorted.equal(manifest{}) {
		t.Error("an empty manifest is not the empty manifest")
	}
}

func TestManifestErrors(t *testing.T) {
	file := func(path string) string {
		return `{"version":1,"files":{"` + path + `":{"digest":"` + emptyDigest + `","mode":"0644","target":""}}}`
	}
	tests := []struct{ text, want string }{
		{"", "1:1: this is not JSON: unexpected end"},
		{"[]", "1:1: want an object here"},
		{"{\n  \"version\": 1,\n  \"files\": {,}\n}", "3:13: this is not JSON: invalid character ','"},
		{"{\"version\":1} x", "1:15: this is not JSON: invalid character 'x'"},
		{"{\"version\":1,\n\"\xff\":1}", "2:2: this is not UTF-8"},
		{"{\"version\":1,\n\"\uFFFD\xff\":1}", "2:5: this is not UTF-8"},
		{"{\n  \"version\": 2,\n  \"news\": 1\n}", "2:14: unknown version 2; this policygen reads version 1"},
		{"{\n  \"news\": [1, {}],\n  \"version\": 2\n}", "3:14: unknown version 2"},
		{`{"version": "1"}`, "1:13: unknown version 1"},
		{`{"version": [1]}`, "1:13: unknown version ["},
		{`{"files": {}}`, "1:1: there is no version"},
		{`{"version":1, "Files":{}}`, `1:15: unknown field "Files"`},
		{`{"version":1,"version":1}`, `1:14: "version" is here for the second time`},
		{"{\"version\":1}\n<<<<<<< HEAD", "2:1: this is a conflict marker of a merge: keep either side"},
		{"{\n<<<<<<< ours\n\"version\": 1\n=======\n", "2:1: this is a conflict marker"},
		{"{\n||||||| base\n", "2:1: this is a conflict marker"},
		{"{\"version\":1}\n>>>>>>> theirs", "2:1: this is a conflict marker"},
		{`{"version":1,"files":[]}`, "1:22: want an object here"},
		{`{"version":1,"files":{"a":1}}`, "1:27: want an object here"},
		{`{"version":1,"files":{"a":{}}}`, "1:28: the record that ends here needs a digest, and a mode or blocks"},
		{`{"version":1,"files":{"a":{"digest":1}}}`, "1:37: want a string here"},
		{`{"version":1,"files":{"a":{"digest":"md5:1"}}}`, `1:37: "md5:1" is not "sha256:" and 64`},
		{`{"version":1,"files":{"a":{"previous":{}}}}`, "1:39: want a list here"},
		{`{"version":1,"files":{"a":{"previous":["x"]}}}`, `1:40: "x" is not "sha256:" and 64`},
		{`{"version":1,"files":{"a":{"mode":"0777"}}}`, `1:35: "0777" is not "0644" or "0755"`},
		{`{"version":1,"files":{"a":{"size":1}}}`, `1:28: unknown field "size"`},
		{`{"version":1,"files":{"a":{"blocks":["X"]}}}`, `1:38: "X" is not the name of a block`},
		{`{"version":1,"files":{"a":{"digest":"` + emptyDigest + `","blocks":[]}}}`, "1:122: the record that ends here needs a digest, and a mode or blocks"},
		{file(`/etc/passwd`), `1:23: path "/etc/passwd" is absolute`},
		{file(`../x`), `1:23: path "../x" leaves the project root`},
		{file(`a/./b`), `1:23: path "a/./b" is not the shortest way`},
		{file(`a\\b`), `1:23: path "a\\b" has a backslash`},
		{file(`.git/config`), `1:23: path ".git/config" lies in .git`},
		{strings.Replace(sampleManifest, `"e": {`, `"d/a": {`, 1), `12:5: "d/a" is here for the second time`},
		{strings.Replace(sampleManifest, `"f"`, `"e"`, 1), `19:5: path "e" is both a file of policygen and ejected`},
		{`{"version":1,"ejected":{"a":""},"files":{"a":{}}}`, `1:42: path "a" is both`},
		{`{"version":1,"ejected":{"..":""}}`, `1:25: path ".." leaves the project root`},
		{`{"version":1,"ejected":{"a":null}}`, "1:29: want a string here"},
	}
	for _, test := range tests {
		_, err := parseManifest([]byte(test.text))
		if err == nil || !strings.HasPrefix(err.Error(), ManifestPath+":"+test.want) {
			t.Errorf("%s\ngot  %v\nwant %s", test.text, err, test.want)
		}
		damaged := strings.Contains(test.want, "not JSON") || strings.Contains(test.want, "not UTF-8")
		if got := strings.Contains(err.Error(), "\n    help: restore it from version control, or remove it and render again"); got != damaged {
			t.Errorf("%s: %v", test.text, err)
		}
	}
}

// A manifest that cannot be read stops everything: what is not known to be ours must not be touched.
func TestUnusableManifest(t *testing.T) {
	tests := []struct {
		name, want string
		make       func(root string) error
	}{
		{"malformed", ":1:1: ", func(root string) error { return os.WriteFile(root+"/manifest.json", []byte("x"), 0o644) }},
		{"folder", ": there is a folder", func(root string) error { return os.Mkdir(root+"/manifest.json", 0o777) }},
		{"link", ": there is a symbolic link", func(root string) error { return os.Symlink("elsewhere", root+"/manifest.json") }},
	}
	for _, test := range tests {
		root := t.TempDir()
		put(t, root, "a", "old")
		must(t, os.Mkdir(root+"/.policygen", 0o777))
		must(t, test.make(root+"/.policygen"))
		was := snapshot(t, root)
		_, compareErr := Compare(root, []Artifact{artifact("a", "new")})
		_, writeErr := Write(root, []Artifact{artifact("a", "new")}, proved, Options{Overwrite: []string{"a"}})
		for _, err := range []error{compareErr, writeErr} {
			var bad *ManifestError
			if !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), ManifestPath+test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		sameSnapshot(t, was, snapshot(t, root))
	}
}

func TestEjected(t *testing.T) {
	root := t.TempDir()
	write(t, root, []Artifact{artifact("a", "1"), artifact("b", "1")})
	put(t, root, "a", "mine")
	at := root + "/" + ManifestPath
	m, err := parseManifest([]byte(mustRead(t, at)))
	must(t, err)
	delete(m.files, "a")
	m.ejected["a"] = "because"
	must(t, os.WriteFile(at, m.encode(), 0o644))

	next := []Artifact{artifact("a", "2"), artifact("b", "2")}
	expect(t, verdicts(t, root, next), "a: ejected", "b: stale")
	write(t, root, next)
	expect(t, verdicts(t, root, next), "a: ejected", "b: ok")
	if got := mustRead(t, root+"/a"); got != "mine" {
		t.Errorf("the ejected file is now %q", got)
	}
	if !strings.Contains(mustRead(t, at), `"a": "because"`) {
		t.Error("the reason is gone")
	}
	var wrong *OverwriteError
	if _, err := Write(root, next, proved, Options{Overwrite: []string{"a"}}); !errors.As(err, &wrong) || wrong.Path != "a" {
		t.Errorf("overwriting an ejected path: %v", err)
	}
	checkIdle(t, root, next)
}

func mustRead(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	must(t, err)
	return string(content)
}

// FuzzManifest: whatever is read without an error has only paths that may be written,
// and is read again, equal, from its own text; every error says where.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(sampleManifest))
	for _, seed := range []string{
		"", "{}", `{"version":1}`, `{"version":1,"files":{}}`, `{"version":2}`, `{"version":1,"ejected":{"a":"b"}}`,
		`{"version":1,"files":{"../a":{"digest":"","mode":"","target":""}}}`, "<<<<<<< HEAD\n=======\n>>>>>>> x\n",
		`{"version":1,"files":{"a":{"digest":"` + emptyDigest + `","mode":"0644"}}}`, `{"version":1}{"version":1}`,
		`{"version":1,"files":{"a":{"digest":"` + emptyDigest + `","blocks":["b","c"],"target":"t"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		if err != nil {
			var bad *ManifestError
			if !errors.As(err, &bad) || bad.Line < 1 || bad.Column < 1 || bad.Line > 1+strings.Count(string(data), "\n") {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		for name := range m.files {
			if why, _ := outpath.Refuse(name); why != "" {
				t.Fatalf("%q: path %q got through", data, name)
			}
		}
		again, err := parseManifest(m.encode())
		if err != nil || !again.equal(m) {
			t.Fatalf("%q: read again: %v", data, err)
		}
	})
}
