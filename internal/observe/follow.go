package observe

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

var shells = []string{"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "ksh93", "busybox"}

// shell follows "bash FILE", "sh -c TEXT" and what a shell reads from a here-document.
func (t trail) shell(line command, env map[string]string) (shell.Result, bool) {
	if line.module || line.code || !slices.Contains(shells, name(line.words[0].Text)) {
		return shell.Result{}, false
	}
	how := snippet{dialect: dialectOf(name(line.words[0].Text))}
	words := line.words[1:]
	for len(words) > 0 {
		w := words[0].Text
		switch {
		case w == "-o" || w == "+o" || w == "-O" || w == "--rcfile" || w == "--init-file":
			how.option(w, words)
			words = words[min(2, len(words)):]
		case strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "c") && len(words) > 1:
			how.flags(w)
			return t.shellText(words[1], words[min(3, len(words)):], line.dir, env), true
		case strings.HasPrefix(w, "-"):
			how.flags(w)
			words = words[1:]
			if strings.HasPrefix(w, "-") && strings.HasSuffix(w, "o") && !strings.HasPrefix(w, "--") && len(words) > 0 { // -euo pipefail
				how.pipeFail = how.pipeFail || words[0].Text == "pipefail"
				words = words[1:]
			}
		default:
			return t.scriptFile(line, words, how, env), true
		}
	}
	if strings.Contains(line.stdin, "\n") {
		return t.shellRead(line, env), true
	}
	return shell.Result{}, true
}

// shellRead follows the script that a shell reads. One that was written below its command knows its places.
func (t trail) shellRead(line command, env map[string]string) shell.Result {
	at := line.words[0].Pos
	text := source.TextAt(line.stdin, at)
	if content, err := t.scan.repo.read(at.File); err == nil && !strings.Contains(line.stdin, "\x00") {
		if below := source.NewText(at.File, content).Lines(); at.Line < len(below) {
			text = furtherIn(below[at.Line:], pytest.Word{Text: strings.TrimSuffix(line.stdin, "\n"), Pos: at})
		}
	}
	inside, ok := t.into([]pytest.Word{{Text: line.stdin, Pos: at}}, "read "+line.stdin)
	if !ok {
		return shell.Result{}
	}
	inside.steps = t.steps // the text is no place of its own
	return ended(inside.run(snippet{text: text, dialect: shell.Bash, dir: relative(line.dir)}, nil, env))
}

// flags takes letters such as those of "-eux".
func (sn *snippet) flags(word string) {
	if !strings.HasPrefix(word, "--") && strings.Contains(word, "e") {
		sn.errExit = true
	}
}

func (sn *snippet) option(word string, words []pytest.Word) {
	if word == "-o" && len(words) > 1 {
		sn.pipeFail = sn.pipeFail || words[1].Text == "pipefail"
		sn.errExit = sn.errExit || words[1].Text == "errexit"
	}
}

func dialectOf(program string) shell.Dialect {
	switch program {
	case "sh", "dash", "ash", "busybox":
		return shell.POSIX
	}
	return shell.Bash
}

// shellText follows a command line that stands in one word.
func (t trail) shellText(text pytest.Word, args []pytest.Word, dir string, env map[string]string) shell.Result {
	inside, ok := t.into([]pytest.Word{text}, "text "+text.Text)
	if !ok {
		return shell.Result{}
	}
	inside.steps = t.steps // the text is no place of its own
	inside.words = args
	sn := snippet{text: t.exact(text), dialect: shell.Bash, dir: relative(dir)}
	return ended(inside.run(sn, texts(args), env))
}

// ended is the result of something that was followed to its end.
func ended(status int) shell.Result { return shell.Result{Known: true, Status: status} }

// exact returns the text of a word with the places of its bytes, where the word stands in a file of the repository as it is,
// between quotes or not; otherwise all of it stands at the word's position.
func (t trail) exact(w pytest.Word) source.Text {
	content, err := t.scan.repo.read(w.Pos.File)
	if err != nil {
		return source.TextAt(w.Text, w.Pos)
	}
	whole := source.NewText(w.Pos.File, content)
	lines := whole.Lines()
	if w.Pos.Line < 1 || w.Pos.Line > len(lines) {
		return source.TextAt(w.Text, w.Pos)
	}
	start := lines[w.Pos.Line-1].Offset(0) - whole.Offset(0) + w.Pos.Column - 1
	for _, at := range []int{start, start + 1} {
		if at >= 0 && at+len(w.Text) <= whole.Len() && whole.String()[at:at+len(w.Text)] == w.Text {
			return whole.Slice(at, at+len(w.Text))
		}
	}
	return furtherIn(lines[w.Pos.Line-1:], w)
}

// furtherIn returns the text of a word of several lines whose lines stand further in where they were written, as in a block of YAML.
func furtherIn(lines []source.Text, w pytest.Word) source.Text {
	var parts []source.Text
	for i, line := range strings.Split(w.Text, "\n") {
		at := -1
		if i < len(lines) {
			at = strings.Index(lines[i].String(), line)
		}
		if at < 0 {
			return source.TextAt(w.Text, w.Pos)
		}
		found := lines[i].Slice(at, at+len(line))
		if i > 0 {
			parts = append(parts, source.Literal("\n", found.Slice(0, 0)))
		}
		parts = append(parts, found)
	}
	return source.JoinTexts(parts...)
}

func texts(words []pytest.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return list
}

// script follows a program that is a script of the repository.
func (t trail) script(line command, env map[string]string) (shell.Result, bool) {
	word := line.words[0].Text
	windows := isWindowsScript(word)
	if windows {
		word = strings.ReplaceAll(word, `\`, "/")
	}
	if line.module || line.code || !strings.Contains(word, "/") && !isScriptName(word) && !windows {
		return shell.Result{}, false
	}
	file, ok := t.inRepository(line.dir, word)
	if !ok {
		return shell.Result{}, false
	}
	content, err := t.scan.repo.read(file)
	if err == nil && windows {
		return t.windowsScript(line, file, content, env), true
	}
	if err != nil || !isScriptName(file) && !isScript(content) {
		return shell.Result{}, false
	}
	return t.scriptFile(line, line.words, snippet{dialect: dialectOfScript(file, content)}, env), true
}

// windowsScript follows a script of PowerShell or cmd. Which of its commands are run nobody here knows.
func (t trail) windowsScript(line command, file string, content []byte, env map[string]string) shell.Result {
	inside, ok := t.into(line.words, file)
	if !ok {
		return shell.Result{}
	}
	for _, sn := range readWindows(t.scan.file(file, content)).snippets {
		sn.dir = relative(line.dir)
		inside.run(sn, nil, with(env, sn.env))
	}
	return ended(0)
}

// inRepository returns a file of the repository that a word names as seen from a folder.
func (t trail) inRepository(dir, word string) (string, bool) {
	at := t.moved(joinDir(dir, word))
	if !strings.HasPrefix(at, mount+"/") || len(pytest.Unknowns(at)) > 0 || t.isForeign(at) {
		return "", false
	}
	if file := relative(at); !t.entry.kind.Shown() || t.scan.repo.isFile(file) {
		return file, true
	}
	return t.shownFile(word), true
}

// shownFile returns the file that a page or a comment means by a name: seen from the root, from its own folder, or the only one
// of this name. People leave out what their readers see.
func (t trail) shownFile(word string) string {
	word = strings.TrimPrefix(path.Clean(word), "/")
	for _, dir := range []string{"", path.Dir(t.entry.text.At(0).File)} {
		if file := path.Join(dir, word); t.scan.repo.isFile(file) {
			return file
		}
	}
	var found []string
	for _, file := range t.scan.scripts {
		if strings.HasSuffix("/"+file, "/"+word) {
			found = append(found, file)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return word
}

// scriptFile follows a script with its arguments: words begin with the file. Where it can't be read the words may still tell.
func (t trail) scriptFile(line command, words []pytest.Word, how snippet, env map[string]string) shell.Result {
	file, ok := t.inRepository(line.dir, words[0].Text)
	if !ok {
		res, _ := t.fallback(line, env)
		return res
	}
	content, err := t.scan.repo.read(file)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) || slices.ContainsFunc(words, isPytestWord) {
			t.problem(Problem{Position: words[0].Pos, Message: file + " can't be read: " + reason(err), Unread: true})
		}
		res, _ := t.fallback(line, env)
		return res
	}
	if isRendered(content) {
		return t.recordWrapper(file, words[1:], line, env)
	}
	inside, ok := t.into(line.words, file+"\x00"+strings.Join(texts(words), "\x00"))
	if !ok {
		return shell.Result{}
	}
	inside.words = words[1:]
	how.text, how.dir = source.NewText(file, content), relative(line.dir)
	return ended(inside.run(how, texts(words[1:]), env))
}

func dialectOfScript(file string, content []byte) shell.Dialect {
	if m := shebang.FindSubmatch(content); m != nil {
		return dialectOf(string(m[3]))
	}
	return shell.Bash
}

// isRunner reports whether a word is the name of a program that is there to run tests.
func isRunner(w pytest.Word) bool { return isPytestWord(w) || w.Text == "tox" || w.Text == "nox" }

func isPytestWord(w pytest.Word) bool { return w.Text == "pytest" || w.Text == "py.test" }

// installers are programs that install distributions, with the words that say so.
var installers = map[string][][]string{
	"pip": {{"install"}}, "pip3": {{"install"}}, "uv": {{"pip", "install"}, {"add"}, {"tool", "install"}}, "pipx": {{"install"}, {"inject"}},
	"conda": {{"install"}, {"create"}}, "mamba": {{"install"}, {"create"}}, "micromamba": {{"install"}, {"create"}},
	"poetry": {{"add"}}, "pdm": {{"add"}}, "pipenv": {{"install"}},
}

// install notes an installation.
func (t trail) install(line command, _ map[string]string) (shell.Result, bool) {
	program := name(line.words[0].Text)
	for _, sub := range installers[program] {
		words := line.words[1:]
		if len(words) < len(sub) || !slices.Equal(texts(words[:len(sub)]), sub) {
			continue
		}
		if !t.round.silent && len(t.steps) == 0 {
			t.round.installs = append(t.round.installs,
				install{Position: line.words[0].Pos, Kind: t.entry.kind, Program: program, Words: words[len(sub):], Dir: relative(line.dir)})
		}
		return shell.Result{}, true
	}
	return shell.Result{}, false
}
