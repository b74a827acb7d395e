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
	"pyproject.toml": {"tox", "hatch", "poe", "pdm", "pixi", "task", "spin"}, "setup.cfg": {"tox"}, "pixi.toml": {"pixi"}, "hatch.toml": {"hatch"},
	"CMakeLists.txt": {"cmake", "ctest"}, "tasks.py": {"invoke", "inv"},
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
	case base == "CMakeLists.txt" && !bytes.Contains(c.content, []byte("pytest")): // as nearly all are
		return nil
	case ok:
		return words
	case isScriptName(base), isWindowsScript(base), isScript(c.content):
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

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
