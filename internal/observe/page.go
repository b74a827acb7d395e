package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// readMarkdown reads the commands that a page shows: in fenced and indented blocks, and in spans of code.
func readMarkdown(f file) found {
	text := f.text()
	told := releaseNotes(text)
	shown := readShown(f, Markdown, slices.DeleteFunc(source.MarkdownCode(f.name, f.content), func(c source.Code) bool { return told[c.Text.At(0).Line] }))
	for _, m := range hiddenComment.FindAllStringSubmatchIndex(text.String(), -1) { // those of templates are for whoever fills them in
		shown.merge(commandsInComment(text.Slice(m[2], m[3])))
	}
	return shown
}

var hiddenComment = regexp.MustCompile(`(?s)<!--(.*?)-->`)

var (
	fence          = regexp.MustCompile("^ {0,3}(```|~~~)")
	heading        = regexp.MustCompile(`^(#{1,6})[ \t]+(.*)`)
	releaseHeading = regexp.MustCompile(`(?i)^\W*(?:(?:version|release|what.s new in|changes in|new in)\b[^0-9]{0,3})?v?\d+\.\d+(\.\d+|\.x)\b`)
)

// releaseNotes returns the lines of a page that stand under the heading of a release, which tell what was.
func releaseNotes(page source.Text) map[int]bool {
	lines := map[int]bool{}
	level, fenced := 0, false
	for i, line := range page.Lines() {
		if fence.MatchString(line.String()) {
			fenced = !fenced
		}
		if m := heading.FindStringSubmatch(line.String()); m != nil && !fenced && (level == 0 || len(m[1]) <= level) {
			if level = 0; releaseHeading.MatchString(m[2]) {
				level = len(m[1])
			}
		}
		if level > 0 {
			lines[i+1] = true
		}
	}
	return lines
}

// readReST reads the commands that a page shows in code blocks, literal blocks and literals.
func readReST(f file) found { return readShown(f, ReST, source.RestCode(f.name, f.content)) }

func readShown(f file, kind Kind, all []source.Code) (shown found) {
	files := 0 // that were read of it
	for _, code := range all {
		sn := snippet{kind: kind, dialect: shell.Bash, inline: code.Kind == source.CodeSpan}
		if list, taken := windowsShown(code, sn); taken {
			shown.add(list...)
			continue
		}
		var read []snippet
		if as := fileShown(code); as != "" && files < maxShownFiles {
			files++
			read = readShownFile(f, code, as, kind)
		}
		shown.add(read...)
		for _, text := range commandsIn(code) {
			if slices.ContainsFunc(read, func(one snippet) bool { return one.start().Line == text.At(0).Line }) {
				continue
			}
			sn.text = withoutPlaceholders(text)
			shown.add(sn)
		}
		if pythonLanguages[language(code)] {
			for _, start := range readPythonCode(code.Text) {
				start.kind = kind
				shown.add(start)
			}
		}
	}
	return shown
}

// maxShownFiles bounds how many blocks of a page are read as files, as each is as long as the page.
const maxShownFiles = 40

// fileShown returns the name of the file of a tool that a block shows; nothing for other blocks.
func fileShown(code source.Code) string {
	if settingsLanguages[language(code)] && speaksOfPytest(code.Text.String()) >= 0 {
		for _, known := range fileMarks {
			if strings.Contains(code.Text.String(), known.mark) {
				return known.name
			}
		}
	}
	return ""
}

// readShownFile returns the commands of a block that shows a file: they are where its tool has them.
func readShownFile(f file, code source.Code, as string, kind Kind) (list []snippet) {
	var shown found
	if as == "tox.ini" {
		shown = distinctCommands(loadToxINI(f, code.Text, call{}))
	} else if content, ok := source.Within(f.content, code.Text); ok {
		shown = readTOML(file{name: f.name, as: as, content: content})
	}
	for _, sn := range shown.snippets {
		if sn.text.Len() > 0 || len(sn.argv) > 0 {
			sn.kind, sn.tool, sn.name, sn.where, sn.dir, sn.needs = kind, "", "", "", "", nil
			list = append(list, sn)
		}
	}
	return list
}

// fileMarks are what only some files have in them.
var fileMarks = []struct{ mark, name string }{
	{"[tool.", "pyproject.toml"}, {"[env_run_base]", "tox.toml"}, {"[envs.", "hatch.toml"}, {"[testenv", "tox.ini"},
}

// language returns the name that a block of code was given, or else that of Python where it looks like that.
func language(code source.Code) string {
	lang := strings.ToLower(strings.Trim(code.Lang, "{}."))
	if lang == "" && looksLikePython.MatchString(code.Text.String()) {
		return "python"
	}
	return lang
}

var looksLikePython = regexp.MustCompile(`(?m)^(import [a-z_.]+( as [a-z_]+)?|from [a-z_.]+ import .*|def [a-z_]+\(.*|class [A-Z].*:)[ \t]*$`)

// shellLanguages are the names that people give blocks of shell commands.
var shellLanguages = map[string]bool{
	"bash": true, "sh": true, "shell": true, "zsh": true, "console": true, "shell-session": true, "shellsession": true, "sh-session": true,
	"terminal": true, "powershell": true, "ps1": true, "cmd": true, "bat": true, "fish": true, "prompt": true, "commandline": true,
}

// pythonLanguages are the names of blocks of Python.
var pythonLanguages = map[string]bool{"python": true, "py": true, "python3": true}

// noCommands are the names of blocks in which no line is a command.
var noCommands = map[string]bool{
	"pycon": true, "ipython": true, "rust": true, "json": true, "c": true, "cpp": true, "c++": true, "cuda": true,
	"js": true, "javascript": true, "ts": true, "typescript": true, "java": true, "scala": true, "go": true, "sql": true, "html": true, "xml": true, "css": true,
	"diff": true, "cue": true, "r": true, "mermaid": true,
}

// settingsLanguages are the names of blocks of settings, of which some values are commands.
var settingsLanguages = map[string]bool{"toml": true, "ini": true, "cfg": true}

// commandsIn returns the commands that a piece of code shows.
func commandsIn(code source.Code) []source.Text {
	lang := language(code)
	if code.Kind == source.CodeSpan {
		if command, ok := shownCommand(code.Text); ok && !isBare(command) && !wantsMore(command) {
			return []source.Text{command}
		}
		return nil
	}
	prompted, any := afterPrompts(code.Text)
	switch {
	case pythonLanguages[lang]:
		return append(commandsInPython(code.Text), mistaken(code.Text)...)
	case noCommands[lang]:
		return nil
	case settingsLanguages[lang]:
		return setCommands(code.Text)
	case any:
		return []source.Text{prompted}
	case shellLanguages[lang]:
		list := append([]source.Text{code.Text}, commentedCommands(code.Text)...)
		for _, line := range logicalLines(code.Text) {
			list = append(list, textsOf(commandsKept(line).snippets)...)
		}
		return list
	}
	return lineCommands(code.Text)
}

// commandsInPython returns the commands that comments and documentation strings of a block of Python show: "Run with: pytest -n 4".
func commandsInPython(t source.Text) (list []source.Text) {
	read := t.Python()
	for _, s := range read.Strings {
		if s.Doc {
			list = append(list, textsOf(commandsInComment(s.Text(unknownWord)).snippets)...)
		}
	}
	for _, c := range read.Comments {
		list = append(list, textsOf(commandsInComment(c).snippets)...)
	}
	return list
}

// mistaken returns the commands of a block that has the name of another language than theirs: one alone, or with words that only commands have.
func mistaken(t source.Text) (list []source.Text) {
	lines := lineCommands(t)
	for _, command := range lines {
		if hasOptionOrPath(splitWords(command)) || len(lines) == 1 && strings.TrimSpace(t.String()) == strings.TrimSpace(command.String()) {
			list = append(list, command)
		}
	}
	return list
}

func textsOf(snippets []snippet) (list []source.Text) {
	for _, sn := range snippets {
		list = append(list, sn.text)
	}
	return list
}

// commentedCommands returns the commands that stand in comments of shell.
func commentedCommands(t source.Text) (list []source.Text) {
	for _, line := range t.Lines() {
		if m := commentLine.FindStringIndex(line.String()); m != nil {
			if command, ok := shownCommand(line.Slice(m[1], line.Len())); ok {
				list = append(list, command)
			}
		}
	}
	return list
}

var commentLine = regexp.MustCompile(`^[ \t]*#+[ \t]*`)

var prompt = regexp.MustCompile(`^[ \t]*\(?(\([A-Za-z0-9_.-]+\)[ \t]*)?([A-Za-z0-9_.~@:/-]*[$%❯]|>|PS [^>]*>)[ \t]+|^[ \t]*\((?:gdb|lldb|cuda-gdb)\)[ \t]*(?:run|r)[ \t]+`)

// afterPrompts returns the lines of a session that a person typed. It reports false where no line has a prompt.
func afterPrompts(t source.Text) (source.Text, bool) {
	var typed []source.Text
	goesOn := false
	for _, line := range t.Lines() {
		m := prompt.FindStringIndex(line.String())
		switch {
		case m != nil:
			line = line.Slice(m[1], line.Len())
		case !goesOn:
			continue
		}
		goesOn = continued(line.String())
		typed = append(typed, line, source.Literal("\n", line.Slice(line.Len(), line.Len())))
	}
	return source.JoinTexts(typed...), len(typed) > 0
}

// setCommands returns the commands that are values of settings, and lines of values.
func setCommands(t source.Text) (list []source.Text) {
	for _, line := range logicalLines(t) {
		value := line
		if m := setting.FindStringIndex(line.String()); m != nil {
			value = line.Slice(m[1], line.Len())
		}
		value = replaceAll(withoutQuotes(value), escapedQuote, func(string) string { return `"` })
		if command, ok := shownCommand(value); ok && hasOptionOrPath(splitWords(command)) && !versions.MatchString(command.String()) {
			list = append(list, command)
		}
	}
	return list
}

// withoutQuotes takes off what stands around a value: brackets, quotes, and what ends it.
func withoutQuotes(value source.Text) source.Text {
	text := value.String()
	end := len(strings.TrimRight(text, " \t,;])"))
	start := min(end, len(text)-len(strings.TrimLeft(text, " \t[")))
	for start+1 < end && text[start] == text[end-1] && (text[start] == '"' || text[start] == '\'') {
		start, end = start+1, end-1
	}
	return value.Slice(start, end)
}

var (
	escapedQuote = regexp.MustCompile(`\\"`)
	setting      = regexp.MustCompile(`^[ \t]*[A-Za-z0-9_."'-]+[ \t]*=[ \t]*`)
	versions     = regexp.MustCompile(`[(<>=~!]=|[<>][0-9 ]`)
)

// namesOnly matches lines of nothing but the name of a distribution, perhaps with versions.
var namesOnly = regexp.MustCompile(`^[ \t]*[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?[ \t]*([<>=!~;@].*)?$`)

// lineCommands returns the lines that read as commands, each with those that it goes on in. A name among names is a requirement.
func lineCommands(t source.Text) (list []source.Text) {
	lines := logicalLines(t)
	for i, line := range lines {
		among := i > 0 && namesOnly.MatchString(lines[i-1].String()) || i+1 < len(lines) && namesOnly.MatchString(lines[i+1].String())
		if among && namesOnly.MatchString(line.String()) {
			continue
		}
		command, ok := shownCommand(line)
		if m := commentLine.FindStringIndex(line.String()); !ok && m != nil {
			command, ok = shownCommand(line.Slice(m[1], line.Len()))
			ok = ok && hasOptionOrPath(splitWords(command))
		}
		if ok {
			list = append(list, command)
		}
	}
	return list
}
