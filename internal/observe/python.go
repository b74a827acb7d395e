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

// readPython reads what a Python file shows of commands, in comments and documentation strings, and how it starts pytest itself.
func readPython(f file) (all found) {
	code := f.text()
	read := code.Python()
	for _, s := range read.Strings {
		if text := s.Text(unknownWord); s.Doc || strings.Contains(text.String(), "\n") { // texts that code writes for people too
			all.merge(commandsInComment(text))
		} else if m := advice.FindStringIndex(text.String()); m != nil {
			all.merge(commandsInComment(text.Slice(m[1], text.Len())))
		}
	}
	for _, c := range read.Comments {
		all.merge(commandsInComment(c))
	}
	if path.Base(f.name) == "noxfile.py" {
		all.merge(distinctCommands(loadNox(f, call{})))
		return all
	}
	all.add(startsInCode(read)...)
	if startsProcesses.Match(f.content) {
		all.add(textsToRun(read)...)
	}
	return all
}

// advice matches words of a message behind which it tells a command.
var advice = regexp.MustCompile(`(?i)\b(usage|run|run it|run with|use|try|execute): *`)

// startsProcesses matches code that may start a command line which stands in a text somewhere in it.
var startsProcesses = regexp.MustCompile(`\b(subprocess|os\.system|os\.popen|shlex)\b`)

// textsToRun returns strings of code that read as command lines with options or paths: what becomes of them is not followed.
func textsToRun(read source.Python) (list []snippet) {
	for _, s := range read.Strings {
		text := s.Text(unknownWord)
		words := splitWords(text)
		if s.Doc || strings.Contains(text.String(), "\n") || !readsAsCommand(text) || !hasOptionOrPath(words) {
			continue
		}
		list = append(list, snippet{kind: Python, where: "a text", dialect: shell.Bash, text: text, doubtful: true})
	}
	return list
}

func hasOptionOrPath(words []pytest.Word) bool {
	return len(words) > 1 && slices.ContainsFunc(words[1:], func(w pytest.Word) bool {
		return strings.HasPrefix(w.Text, "-") || strings.Contains(w.Text, "/") || w.Text == "."
	})
}

// readPythonCode reads how code of Python starts pytest.
func readPythonCode(code source.Text) []snippet { return startsInCode(code.Python()) }

// startsInCode returns the commands that code starts as processes, and its calls of pytest.main.
func startsInCode(read source.Python) (list []snippet) {
	for _, g := range read.Groups {
		sn := snippet{kind: Python, where: g.Name, dialect: shell.Bash}
		switch {
		case g.Kind == source.PythonCall && isMain(g.Name):
			sn.argv = [][]pytest.Word{mainWords(g)}
		case g.Kind == source.PythonCall:
			text, ok := commandText(g)
			if !ok {
				continue
			}
			sn.text = text
		case g.Kind == source.PythonList || g.Kind == source.PythonTuple:
			words := displayWords(g)
			if !startsPytest(words) {
				continue
			}
			sn.argv, sn.where = [][]pytest.Word{words}, "a list of words"
		default:
			continue
		}
		list = append(list, sn)
	}
	return list
}

func isMain(name string) bool {
	return name == "pytest.main" || name == "pytest.console_main" || name == "_pytest.config.main"
}

// mainWords returns the command line that a call of pytest.main stands for. Without arguments it takes the words of the process.
func mainWords(g *source.PythonGroup) []pytest.Word {
	words := []pytest.Word{{Text: "pytest", Pos: g.Pos}}
	switch first := firstArg(g); {
	case first == nil:
		words = append(words, pytest.Word{Text: pytest.Unknown("sys.argv"), Pos: g.Pos})
	case first.Group != nil:
		words = append(words, displayWords(first.Group)...)
	default:
		words = append(words, wordOf(*first))
	}
	return words
}

func firstArg(g *source.PythonGroup) *source.PythonArg {
	for i := range g.Args {
		if g.Args[i].Name == "" || g.Args[i].Name == "args" {
			return &g.Args[i]
		}
	}
	return nil
}

// wordOf returns an argument as a word: its text, or an unknown value by the name of the expression.
func wordOf(a source.PythonArg) pytest.Word {
	if a.String != nil {
		t := a.String.Text(pytest.Unknown)
		return pytest.Word{Text: t.String(), Pos: t.At(0)}
	}
	return pytest.Word{Text: pytest.Unknown(a.Text.String()), Pos: a.Text.At(0)}
}

// displayWords returns the elements of a list as words. sys.executable is the interpreter.
func displayWords(g *source.PythonGroup) []pytest.Word {
	words := make([]pytest.Word, len(g.Args))
	for i, a := range g.Args {
		words[i] = wordOf(a)
		if strings.TrimSpace(a.Text.String()) == "sys.executable" {
			words[i].Text = "python"
		}
	}
	return words
}

// startsPytest reports whether words are a command line that leads to pytest: not any list that has its name in it.
func startsPytest(words []pytest.Word) bool {
	if len(words) < 2 {
		return false
	}
	if startsModule(words) { // such as torchrun
		return true
	}
	if _, known := pythonOrLauncher(words[0].Text); !known && len(pytest.Unknowns(words[0].Text)) == 0 {
		return words[0].Text == "pytest" && hasOptionOrPath(words)
	}
	line := words
	if len(pytest.Unknowns(words[0].Text)) > 0 { // an interpreter that a variable holds
		line = append([]pytest.Word{{Text: "python", Pos: words[0].Pos}}, words[1:]...)
	}
	c := lookThrough(line, mount)
	return c.isPytest()
}

func pythonOrLauncher(word string) (string, bool) {
	_, ok := launchers[name(word)]
	return word, ok || pythonName.MatchString(name(word))
}

var runsText = regexp.MustCompile(`(^|\.)(system|popen|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|sh|shell|local|sudo)$`)

// commandText returns the command line that a call gets as one string.
func commandText(g *source.PythonGroup) (source.Text, bool) {
	first := firstArg(g)
	if first == nil || first.String == nil || !runsText.MatchString(g.Name) || g.Name == "session.run" {
		return source.Text{}, false
	}
	text := first.String.Text(unknownWord)
	return text, strings.ContainsAny(text.String(), " \t") && readsAsCommand(text)
}
