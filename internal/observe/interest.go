package observe

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"
)

// toolWords are words of a command line with which a tool runs what a file of the repository says, by the name of the file.
var toolWords = map[string][]string{
	"Makefile": {"make"}, "makefile": {"make"}, "GNUmakefile": {"make"}, "tox.ini": {"tox"}, "tox.toml": {"tox"}, "noxfile.py": {"nox"},
	"justfile": {"just"}, ".justfile": {"just"}, "Justfile": {"just"}, "Taskfile.yml": {"task"}, "Taskfile.yaml": {"task"},
	"pyproject.toml": {"tox", "hatch", "poe", "pdm", "pixi", "task"}, "setup.cfg": {"tox"}, "pixi.toml": {"pixi"}, "hatch.toml": {"hatch"},
}

// interesting returns the files that hold a word which can lead to pytest: its own name, or that of a script or a tool whose
// file holds such a word.
func interesting(all []candidate) (taken []candidate) {
	known := map[string]bool{"pytest": true, "py.test": true, "hatch test": true}
	words := slices.Collect(maps.Keys(known))
	for rest := all; len(words) > 0; {
		var left []candidate
		var fresh []string
		finder := newFinder(words)
		for _, c := range rest {
			if !finder.in(c) && !usesOthers(c) {
				left = append(left, c)
				continue
			}
			taken = append(taken, c)
			for _, w := range wordsFor(c) {
				if !known[w] {
					known[w] = true
					fresh = append(fresh, w)
				}
			}
		}
		rest, words = left, fresh // what is left has none of the words before
	}
	return taken
}

// usesOthers reports whether a file of a CI service takes jobs or steps from other files, so that the word may be there.
func usesOthers(c candidate) bool {
	return isWorkflow(c.name) && bytes.Contains(c.content, []byte("./")) || isGitLab(c.name) && bytes.Contains(c.content, []byte("include"))
}

// wordsFor returns the words by which other files start what a file holds.
func wordsFor(c candidate) []string {
	base := path.Base(c.name)
	switch words, ok := toolWords[base]; {
	case ok:
		return words
	case isScriptName(base), isScript(c.content):
		return []string{base}
	case path.Ext(base) == ".py" && !strings.HasPrefix(base, "test_") && base != "__init__.py" && base != "conftest.py" && startsItself(c.content):
		return []string{base}
	}
	return nil
}

// startsItself reports whether the content of a Python file may start pytest, rather than use its fixtures and marks.
func startsItself(content []byte) bool {
	return bytes.Contains(content, []byte("pytest.main(")) || bytes.Contains(content, []byte(`"pytest`)) || bytes.Contains(content, []byte(`'pytest`)) ||
		bytes.Contains(content, []byte("-m pytest"))
}

// A finder looks for words that can lead to pytest.
type finder struct {
	plain map[string][][]byte // by what all of them end in, such as ".sh", which is looked for first
	tools [][]byte            // words of plain English too
}

func newFinder(words []string) finder {
	s := finder{plain: map[string][][]byte{}}
	for _, w := range words {
		if toolWord(w) {
			s.tools = append(s.tools, []byte(w))
			continue
		}
		ext := path.Ext(w)
		if ext == "" || ext == ".test" {
			ext = w
		}
		s.plain[ext] = append(s.plain[ext], []byte(w))
	}
	return s
}

// in reports whether a file holds one of the words: anywhere where it is run, as a command where it is only shown.
func (s finder) in(c candidate) bool {
	shown := len(c.readers) > 0 && c.readers[0].shown
	for ext, words := range s.plain {
		if len(words) > 1 && !bytes.Contains(c.content, []byte(ext)) {
			continue
		}
		for _, w := range words {
			if occurs(c.content, w, func(at int) bool { return path.Ext(c.name) != ".py" || !isAPI(c.content, at, w) }) {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.tools, func(w []byte) bool {
		return occurs(c.content, w, func(at int) bool { return !shown || maybeCommand(c.content, at, at+len(w)) })
	})
}

// occurs reports whether a word is somewhere in a text where it counts.
func occurs(content, word []byte, counts func(at int) bool) bool {
	for from := 0; ; {
		at := bytes.Index(content[from:], word)
		if at < 0 {
			return false
		}
		if counts(from + at) {
			return true
		}
		from += at + len(word)
	}
}

// isAPI reports whether the word pytest at a place of Python code is the module that tests import and use, or the beginning of
// another name.
func isAPI(content []byte, at int, word []byte) bool {
	rest := content[at+len(word):]
	switch {
	case string(word) != "pytest":
		return false
	case bytes.HasPrefix(rest, []byte(".main")), bytes.HasPrefix(rest, []byte(".console_main")):
		return false
	case len(rest) > 0 && (rest[0] == '_' || rest[0] == '-' || rest[0] == '.' && len(rest) > 1 && isLetter(rest[1])):
		return true
	}
	before := bytes.TrimRight(content[:at], " \t")
	return bytes.HasSuffix(before, []byte("import")) || bytes.HasSuffix(before, []byte("from"))
}

// leads are words before which a command may stand.
var leads = map[string]bool{
	"run": true, "use": true, "try": true, "with": true, "or": true, "and": true, "execute": true, "usage": true, "exec": true, "then": true, "sudo": true,
	"time": true, "do": true, "else": true, "if": true, "command": true, "via": true, "using": true, "by": true, "call": true,
}

// maybeCommand reports whether a word of a page or a comment may be the program of a command: it stands alone, and before it on its
// line there is nothing, a sign, a word that leads in, or what launches programs.
func maybeCommand(content []byte, start, end int) bool {
	if end < len(content) && (isLetter(content[end]) || bytes.IndexByte([]byte("_-.0123456789"), content[end]) >= 0) {
		return false
	}
	if start > 0 && (isLetter(content[start-1]) || content[start-1] == '_' || content[start-1] == '-') {
		return false
	}
	line := content[bytes.LastIndexByte(content[:start], '\n')+1 : start]
	before := bytes.TrimRight(line, " \t")
	if len(before) == 0 || !isLetter(before[len(before)-1]) && !isDigit(before[len(before)-1]) {
		return true
	}
	before = before[max(0, len(before)-200):]
	last := before[bytes.LastIndexAny(before, " \t")+1:]
	if leads[string(bytes.ToLower(last))] || bytes.ContainsAny(last, "-=/.") {
		return true
	}
	for word := range bytes.FieldsSeq(before) {
		if startsOthers(bytes.TrimLeft(word, "`$>#*\"'(")) {
			return true
		}
	}
	return false
}

// startsOthers reports whether a word of a line is the name of a launcher or an interpreter, or was nothing but a prompt.
func startsOthers(word []byte) bool {
	_, known := launchers[string(word)]
	return known && string(word) != "time" && string(word) != "task" || len(word) == 0 || bytes.HasPrefix(word, []byte("python")) || bytes.HasPrefix(word, []byte("pypy"))
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
