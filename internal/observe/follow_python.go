package observe

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// python follows a Python file or code that starts pytest itself.
func (t trail) python(line command, env map[string]string) (shell.Result, bool) {
	word := line.words[0]
	if line.module {
		file := strings.ReplaceAll(word.Text, ".", "/") + ".py"
		if !strings.Contains(word.Text, ".") || !t.scan.repo.isFile(path.Join(relative(line.dir), file)) {
			return shell.Result{}, false
		}
		word.Text = file
	}
	var starts []snippet
	opened := "python " + word.Text
	if line.code {
		starts = readPythonCode(t.exact(word))
	} else {
		file, ok := t.inRepository(line.dir, word.Text)
		if content, err := t.scan.repo.read(file); !ok || path.Ext(file) != ".py" && (err != nil || !isPythonScript(content)) {
			return shell.Result{}, false
		}
		if path.Base(file) == "setup.py" && slices.ContainsFunc(line.words[1:], func(w pytest.Word) bool { return setupCommands.MatchString(w.Text) }) {
			return shell.Result{}, true
		}
		found, err := t.scan.pythonFile(file)
		if err != nil {
			return t.fallback(line, env)
		}
		starts, opened = found, file
	}
	inside, ok := t.into(line.words, opened)
	if !ok {
		return shell.Result{}, true
	}
	if line.code {
		inside.steps, inside.entry.kind = t.steps, Python
	}
	if line.code && (t.input.NoXdist && strings.Contains(word.Text, "xdist") || strings.Contains(word.Text, "import pytest_xdist")) {
		return ended(1), true // the module is called xdist; who looks for it by the name of the distribution never finds it
	}
	before := len(t.round.starts)
	inside.certain = inside.certain && (line.code || len(starts) == 1) // which of several it is the code decides
	for _, sn := range starts {
		sn.dir = relative(line.dir)
		inside.run(sn, nil, env)
	}
	if len(t.round.starts) == before && !line.code { // a launcher of the project's own
		return t.fallback(line, env)
	}
	return ended(0), true
}

// setupCommands matches the commands of setup.py that setuptools and distutils have, of which none starts tests.
var setupCommands = regexp.MustCompile(`^(build|build_\w+|bdist|bdist_\w+|sdist|egg_info|install|install_\w+|develop|editable_wheel|check|clean|upload|register|alias|rotate|saveopts|setopt)$`)

// pythonFile returns what a Python file starts, read once for all who run it.
func (s *scan) pythonFile(file string) ([]snippet, error) {
	key := "python " + file
	s.mu.Lock()
	held, ok := s.tasks[key]
	s.mu.Unlock()
	if ok {
		return held, nil
	}
	content, err := s.repo.read(file)
	if err != nil {
		return nil, err
	}
	held = readPythonCode(source.NewText(file, content))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks[key] = held
	return held, nil
}
