package observe

import (
	"path"
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// readPython reads what a Python file shows of commands, in comments and documentation strings, and how it starts pytest itself.
func readPython(f file) (all found) {
	read := f.text().Python()
	runs := startsProcesses.Match(f.content) // then what is a command is rather run than told
	for _, s := range read.Strings {
		switch text := s.Text(unknownWord); {
		case s.Doc, strings.Contains(text.String(), "\n") && !isTest(f.name): // texts that code writes for people too
			all.merge(commandsInComment(text))
		case !strings.Contains(text.String(), "\n"):
			all.add(toldIn(text, runs || isTest(f.name))...)
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
	if runs {
		all.add(textsToRun(read)...)
	}
	return all
}

// isTest reports whether a Python file is a module of tests, whose texts are what its tests are about.
func isTest(file string) bool {
	base := path.Base(file)
	return strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py")
}

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

// readPythonCode reads how code of Python starts pytest.
func readPythonCode(code source.Text) []snippet { return startsInCode(code.Python()) }

// startsInCode returns the commands that code starts as processes, and its calls of pytest.main.
func startsInCode(read source.Python) (list []snippet) {
	grows := growthOf(read)
	for _, g := range read.Groups {
		sn := snippet{kind: Python, where: g.Name, dialect: shell.Bash}
		switch {
		case g.Kind == source.PythonCall && isMain(g.Name):
			sn.argv = [][]pytest.Word{mainWords(g)}
		case g.Kind == source.PythonCall:
			text, ok := commandText(g)
			if !ok {
				if words := wordsToRun(g); words != nil {
					sn.argv = [][]pytest.Word{words}
					break
				}
				continue
			}
			sn.text = text
		case g.Kind == source.PythonList || g.Kind == source.PythonTuple:
			words := displayWords(g)
			run := commandName.MatchString(g.To) || runsText.MatchString(g.In)
			if !startsPytest(words) && !(run && len(words) > 0 && isRunner(words[0])) {
				continue
			}
			sn.argv, sn.where = [][]pytest.Word{append(words, grows.behind(g)...)}, "a list of words"
		default:
			continue
		}
		list = append(list, sn)
	}
	return list
}

// commandName matches names of lists that hold the words of a command.
var commandName = regexp.MustCompile(`(?i)(^|_)(cmds?|commands?|cmdline|argv)(_?(line|args|list|parts))?$`)

// wordsToRun returns the words of a call that runs pytest where they are too few to tell it by themselves: run("pytest"),
// execvp("pytest", ...), and a process whose target is pytest.main.
func wordsToRun(g *source.PythonGroup) []pytest.Word {
	for _, a := range g.Args {
		if name := strings.TrimSpace(a.Text.String()); a.Group == nil && isMain(name) {
			return []pytest.Word{{Text: "pytest", Pos: a.Text.At(0)}, {Text: pytest.Unknown("its arguments"), Pos: a.Text.At(0)}}
		}
	}
	first := firstArg(g)
	switch {
	case first == nil:
	case first.String != nil && takesWords(g):
		return callWords(g)
	case runsText.MatchString(g.Name) && first.String != nil && isPytestWord(pytest.Word{Text: name(wordOf(*first).Text)}):
		return []pytest.Word{wordOf(*first)}
	}
	return nil
}

// takesWords reports whether the arguments of a call are the words of a command that leads to pytest, as of run("tox", "-e", name).
func takesWords(g *source.PythonGroup) bool {
	words := callWords(g)
	if len(words) > 2 && startsPytest(words) && len(pytest.Unknowns(words[0].Text)) == 0 { // run("coverage", "run", "-m", "pytest")
		return true
	}
	return len(words) > 1 && strings.HasPrefix(words[1].Text, "-") && len(words[1].Text) < 40 && !strings.Contains(words[1].Text, " ") &&
		isRunner(words[0])
}

// callWords returns the arguments of a call without a name as words.
func callWords(g *source.PythonGroup) (words []pytest.Word) {
	for _, a := range g.Args {
		if a.Name == "" || a.Name == "*" {
			words = append(words, wordOf(a))
		}
	}
	return words
}

func isMain(name string) bool {
	switch name {
	case "pytest.main", "pytest.console_main", "_pytest.config.main", "pytest.cmdline.main", "py.test.main", "pytest_main", "_pytest_main":
		return true
	}
	return false
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
	if m := joinedPath.FindStringSubmatch(a.Text.String()[max(0, a.Text.Len()-maxJoined):]); m != nil { // the program, in a folder that nobody here knows
		return pytest.Word{Text: m[1], Pos: a.Text.At(0)}
	}
	return pytest.Word{Text: pytest.Unknown(a.Text.String()), Pos: a.Text.At(0)}
}

// maxJoined is how much of the end of an expression tells what it joins, in bytes.
const maxJoined = 40

// joinedPath matches the end of an expression that joins a folder with the name of pytest's program: bin / "pytest", os.path.join(bin, "pytest").
var joinedPath = regexp.MustCompile(`(?:/|,)[ \t\n]*["'](pytest|py\.test)["'][ \t\n)]*$`)

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
	if strings.Contains(words[0].Text, "/") && isPytestWord(pytest.Word{Text: name(words[0].Text)}) { // in a folder that an expression tells
		return true
	}
	if !runsOthers(words[0].Text) && len(pytest.Unknowns(words[0].Text)) == 0 {
		return words[0].Text == "pytest" && hasOptionOrPath(words)
	}
	line := words
	if len(pytest.Unknowns(words[0].Text)) > 0 { // an interpreter that a variable holds
		if words[1].Text != "-m" && !hasOptionOrPath(words[1:]) {
			return false
		}
		line = append([]pytest.Word{{Text: "python", Pos: words[0].Pos}}, words[1:]...)
	}
	c := lookThrough(line, mount)
	return c.isPytest()
}

// runsOthers reports whether a program is an interpreter of Python, or one that runs the command behind it.
func runsOthers(program string) bool {
	_, ok := launchers[name(program)]
	return ok || pythonName.MatchString(name(program))
}

var runsText = regexp.MustCompile(`(^|\.)(system|popen|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|sh|shell|local|sudo)$`)

// commandText returns the command line that a call gets as one string.
func commandText(g *source.PythonGroup) (source.Text, bool) {
	text, ok := processText(g)
	return text, ok && strings.ContainsAny(text.String(), " \t") && readsAsCommand(text)
}

// processText returns the string that is the first argument of a call that starts a process.
func processText(g *source.PythonGroup) (source.Text, bool) {
	first := firstArg(g)
	if g.Kind != source.PythonCall || first == nil || first.String == nil || !runsText.MatchString(g.Name) || g.Name == "session.run" || strings.HasPrefix(g.Name, "mock") {
		return source.Text{}, false
	}
	return first.String.Text(unknownWord), true
}
