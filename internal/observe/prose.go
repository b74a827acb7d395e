package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
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
	for _, code := range all {
		sn := snippet{kind: kind, dialect: shell.Bash, inline: code.Kind == source.CodeSpan}
		if list, taken := windowsShown(code, sn); taken {
			shown.add(list...)
			continue
		}
		for _, text := range commandsIn(code) {
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

// language returns the name that a block of code was given.
func language(code source.Code) string { return strings.ToLower(strings.Trim(code.Lang, "{}.")) }

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

// settings are the names of blocks of settings, of which some values are commands.
var settings = map[string]bool{"toml": true, "ini": true, "cfg": true}

// commandsIn returns the commands that a piece of code shows.
func commandsIn(code source.Code) []source.Text {
	lang := language(code)
	if code.Kind == source.CodeSpan {
		if command, ok := shownCommand(code.Text); ok && strings.ContainsAny(command.String(), " \t") && !wantsMore(command) {
			return []source.Text{command}
		}
		return nil
	}
	prompted, any := afterPrompts(code.Text)
	switch {
	case pythonLanguages[lang]:
		return commandsInPython(code.Text)
	case noCommands[lang]:
		return nil
	case settings[lang]:
		return setCommands(code.Text)
	case any:
		return []source.Text{prompted}
	case shellLanguages[lang]:
		return append([]source.Text{code.Text}, commentedCommands(code.Text)...)
	}
	return lineCommands(code.Text)
}

// commandsInPython returns the commands that comments and documentation strings of a block of Python show: "Run with: pytest -n 4".
func commandsInPython(t source.Text) (list []source.Text) {
	read := t.Python()
	for _, s := range read.Strings {
		if s.Doc {
			list = append(list, textsOf(commandsInComment(s.Text(unknownWord)))...)
		}
	}
	for _, c := range read.Comments {
		list = append(list, textsOf(commandsInComment(c))...)
	}
	return list
}

func textsOf(f found) (list []source.Text) {
	for _, sn := range f.snippets {
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

var prompt = regexp.MustCompile(`^[ \t]*\(?(\([A-Za-z0-9_.-]+\)[ \t]*)?([A-Za-z0-9_.~@:/-]*[$%❯]|>|PS [^>]*>)[ \t]+`)

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
	for _, line := range t.Lines() {
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
		if command, ok := shownCommand(line); ok {
			list = append(list, command)
		}
	}
	return list
}

var (
	bullet   = regexp.MustCompile(`^[ \t]*([-*+•]|[0-9]+[.)])?[ \t]*`)
	leadIn   = regexp.MustCompile(`^[^:` + "`" + `$=]{0,80}:[ \t]+`)
	leadWord = regexp.MustCompile(`(?i)^(e\.g\.,?|for example,?|run|use|try|usage|then run|execute|with|or|and)[ \t]+`)
	quotes   = regexp.MustCompile(`(?:^|[\s(:])["']([^"'` + "`" + `]+)["'](?:$|[\s).,;:])`)
	spans    = regexp.MustCompile("`+([^`]+)`+")
)

// shownCommand returns the command that a line of text is, if it is one: behind a bullet, a prompt, or a few words and a colon.
func shownCommand(line source.Text) (source.Text, bool) {
	line = replaceAll(line.Slice(bullet.FindStringIndex(line.String())[1], line.Len()), placeholder, unknownWord)
	if m := prompt.FindStringIndex(line.String()); m != nil {
		line = line.Slice(m[1], line.Len())
	}
	for range 3 {
		if readsAsCommand(line) {
			return withoutMark(line), true
		}
		m := leadIn.FindStringIndex(line.String())
		if m == nil {
			m = leadWord.FindStringIndex(line.String())
		}
		if m == nil {
			return line, false
		}
		line = line.Slice(m[1], line.Len())
	}
	return line, false
}

// withoutMark takes the mark off that ends a sentence, such as "Run pytest -n 4."
func withoutMark(line source.Text) source.Text {
	text := strings.TrimRight(line.String(), " \t\r\n")
	if m := sentenceEnd.FindStringIndex(text); m != nil {
		return line.Slice(0, m[1]-1)
	}
	return line
}

var sentenceEnd = regexp.MustCompile(`[A-Za-z0-9][,;.:!]$`)

// chained matches what stands between commands of one line that is no sentence.
var chained = regexp.MustCompile(`[ \t]+(?:&&|\|\|)[ \t]+|^(?:cd|export|source)[ \t][^;]*;[ \t]+`)

// readsAsCommand reports whether a line is a command, or has one behind "&&", and is not a sentence that begins with the name of one.
func readsAsCommand(line source.Text) bool {
	at := 0
	for _, m := range chained.FindAllStringIndex(line.String(), -1) {
		if readsAsOne(line.Slice(at, m[0])) {
			return true
		}
		at = m[1]
	}
	return readsAsOne(line.Slice(at, line.Len()))
}

// readsAsOne is readsAsCommand for one command.
func readsAsOne(line source.Text) bool {
	words := splitWords(line)
	if end := strings.Index(line.String(), " #"); end >= 0 {
		words = splitWords(line.Slice(0, end))
	}
	for len(words) > 0 && assignment.MatchString(words[0].Text) {
		words = words[1:]
	}
	if len(words) == 0 {
		return false
	}
	c := lookThrough(words, mount)
	switch program := words[0].Text; {
	case len(c.words) == 0 && c.text == nil:
		return false
	case c.isPytest():
		return !sentence(c.words[1:])
	case c.text != nil, c.pass != "":
		return true
	case startsModule(c.words):
		return !sentence(c.words[1:])
	case transparent.MatchString(name(program)):
		return slices.ContainsFunc(c.words[1:], func(w pytest.Word) bool { return isPytestWord(w) }) && !sentence(c.words[1:])
	case slices.Contains(shells, name(program)) && len(words) > 1:
		return isScriptName(words[1].Text) && !sentence(words[2:])
	case strings.Contains(program, "/") && isScriptName(program) && len(words) > 1 && isPytestWord(words[1]): // "ci/run.sh pytest unit"
		return !sentence(words[2:])
	case toolWord(c.words[0].Text), strings.HasPrefix(program, "./"), isScriptName(c.words[0].Text):
		return !sentence(c.words[1:])
	}
	return false
}

// startsModule reports whether a program is told "-m pytest", whatever it is.
func startsModule(words []pytest.Word) bool {
	at := slices.IndexFunc(words, func(w pytest.Word) bool { return w.Text == "-m" })
	return at > 0 && at+1 < len(words) && isPytestWord(words[at+1]) && name(words[0].Text) != "git"
}

func toolWord(program string) bool { _, ok := tools[program]; return ok }

var (
	endsInMark   = regexp.MustCompile(`[A-Za-z0-9)"'][,;.:!?]$`)
	plainEnglish = regexp.MustCompile(`^[A-Za-z'’]+[.,;:!?)]*$`)
	folders      = map[string]bool{"tests": true, "test": true, "src": true, "unit": true, "integration": true, "all": true, "check": true, "benchmarks": true}
)

// sentence reports whether the words behind the name of a program read as English: two words in a row, or one with a full stop,
// that are neither options nor their values nor paths; or any word with a comma or a full stop at its end before such a word.
func sentence(words []pytest.Word) bool {
	inRow := 0
	for i, w := range words {
		if i+1 < len(words) && !strings.ContainsAny(w.Text, " \t") && endsInMark.MatchString(w.Text) && plainEnglish.MatchString(words[i+1].Text) {
			return true
		}
		value := i > 0 && strings.HasPrefix(words[i-1].Text, "-") && !strings.Contains(words[i-1].Text, "=")
		if value || strings.ContainsAny(w.Text, " \t") || folders[w.Text] || !plainEnglish.MatchString(w.Text) {
			inRow = 0
			continue
		}
		if inRow++; inRow > 1 || strings.ContainsAny(w.Text, ".,;!?)'’") {
			return true
		}
	}
	return inRow == 1 && len(words) == 1 && strings.ToLower(words[0].Text) != words[0].Text
}

var placeholder = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9 _./:()-]*>|\[[A-Z][A-Za-z0-9_ -]*\.{0,3}\]|\[(options|args|paths?)\.{0,3}\]`)

// anyNumber matches a number of workers that a page gives a name, such as "-n N".
var anyNumber = regexp.MustCompile(`((?:^|[ \t])(?:-n[ =]?|--numprocesses[ =]))[A-Z][A-Z_]*\b`)

// linkTarget matches what a role of ReST has that leads elsewhere.
var linkTarget = regexp.MustCompile(`^[^<>]*<[^<>]+>$`)

// githubExpression matches an expression of GitHub's, in a line that is not read where it stands.
var githubExpression = regexp.MustCompile(`\$\{\{[^{}]*\}\}`)

// ellipsis matches what stands for more words.
var ellipsis = regexp.MustCompile(`(?m)[ \t](…|\.\.\.)([ \t]|$)`)

var shownVariable = regexp.MustCompile(`\$([A-Za-z_][A-Za-z0-9_]*)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// withoutPlaceholders puts unknown values where a page has <name> or [OPTIONS], which a shell would take for something else, and
// for variables that the page expects its reader to have.
func withoutPlaceholders(t source.Text) source.Text {
	t = replaceAll(t, githubExpression, unknownWord)
	t = replaceAll(t, placeholder, unknownWord)
	t = replaceAll(t, ellipsis, func(match string) string {
		return strings.ReplaceAll(strings.ReplaceAll(match, "…", "..."), "...", unknownWord("..."))
	})
	return withUnknownVariables(replaceAll(t, anyNumber, func(match string) string {
		option := anyNumber.FindStringSubmatch(match)[1]
		return option + unknownWord(match[len(option):])
	}))
}

// withUnknownVariables puts unknown values for variables that a text uses and does not set.
func withUnknownVariables(t source.Text) source.Text {
	set := t.String()
	return replaceAll(t, shownVariable, func(reference string) string {
		name := strings.Trim(reference, "${}")
		switch {
		case strings.Contains(set, name+"=") || strings.Contains(set, "for "+name) || strings.Contains(set, "read "+name):
			return reference
		case strings.Contains(strings.ToUpper(name), "PYTHON"):
			return "python"
		}
		return unknownWord(name)
	})
}

// replaceAll replaces what matches in a text.
func replaceAll(t source.Text, pattern *regexp.Regexp, by func(match string) string) source.Text {
	var parts []source.Text
	at := 0
	for _, m := range pattern.FindAllStringIndex(t.String(), -1) {
		parts = append(parts, t.Slice(at, m[0]))
		if match := t.Slice(m[0], m[1]); by(match.String()) == match.String() {
			parts = append(parts, match)
		} else {
			parts = append(parts, source.Literal(by(match.String()), match))
		}
		at = m[1]
	}
	return source.JoinTexts(append(parts, t.Slice(at, t.Len()))...)
}

// unknownWord returns the text of an unknown value that can stand in a line of shell: nothing in its name means anything there.
func unknownWord(name string) string {
	return pytest.Unknown(strings.Trim(notPlain.ReplaceAllString(name, "-"), "-"))
}

var notPlain = regexp.MustCompile(`[^A-Za-z0-9_.]+`)

// readComments reads the commands that comments show, in files where "#" begins one.
func readComments(f file) (shown found) {
	for _, run := range source.Comments(f.name, f.content, "#") {
		shown.merge(commandsInComment(run))
	}
	for _, line := range f.text().Lines() {
		shown.merge(commandsKept(line))
	}
	return shown
}

// commandsKept returns the commands that a line of shell prints, or keeps in a variable.
func commandsKept(line source.Text) (shown found) {
	text := line.String()
	sn := snippet{kind: Comment, dialect: shell.Bash}
	if m := printed.FindStringSubmatchIndex(text); m != nil {
		return commandsInComment(line.Slice(max(m[2], m[4]), max(m[3], m[5])))
	}
	var rest source.Text
	if m := echoed.FindStringIndex(text); m != nil {
		rest = line.Slice(m[1], line.Len())
	} else if m := assignedCommand.FindStringSubmatchIndex(text); m != nil {
		rest, sn.doubtful = line.Slice(m[2], m[3]), true
	} else {
		return shown
	}
	if command, ok := shownCommand(rest); ok && hasOptionOrPath(splitWords(command)) && !sn.doubtful || ok && sn.doubtful && goesBeyond(command) {
		sn.text = withoutPlaceholders(command)
		shown.add(sn)
	}
	return shown
}

// goesBeyond reports whether more than the program is in a command that starts pytest, so that it is no mere name for it.
func goesBeyond(command source.Text) bool {
	c := lookThrough(splitWords(command), mount)
	return c.isPytest() && len(c.words) > 1 && !wantsMore(command) && (hasOptionOrPath(c.words) || len(pytest.Unknowns(c.words[1].Text)) > 0)
}

// printed matches a line of shell that tells its reader something.
var printed = regexp.MustCompile(`^[ \t@]*(?:echo|printf)[ \t]+(?:-[ne]+[ \t]+)?(?:"([^"]*)"|'([^']*)')`)

// echoed matches the beginning of one that prints its words as they are.
var echoed = regexp.MustCompile(`^[ \t@]*echo[ \t]+`)

// assignedCommand matches an assignment of shell whose value may be a command line.
var assignedCommand = regexp.MustCompile(`^[ \t]*(?:export[ \t]+|local[ \t]+|readonly[ \t]+)?[A-Za-z_][A-Za-z0-9_]*=["'](.*pytest.*)["'][ \t;]*$`)

// introduces matches a line behind which a command stands.
var introduces = regexp.MustCompile(`(?i)(:|\b(run|use|with|execute))[ \t]*$`)

// runKey matches a line of YAML whose value is run, as documentation shows steps of a workflow.
var runKey = regexp.MustCompile(`^[ \t]*(- )?(run|script|command):[ \t]`)

// isBare reports whether a command is the name of a program alone. In a comment that is rather what the next line is about.
func isBare(command source.Text) bool {
	return !strings.ContainsAny(strings.TrimSpace(command.String()), " \t")
}

// commandsInComment returns the commands that a comment or a documentation string shows, on lines of their own or between backquotes.
func commandsInComment(t source.Text) (shown found) {
	sn := snippet{kind: Comment, dialect: shell.Bash}
	lines := logicalLines(t)
	for i, line := range lines {
		line = line.Slice(len(commentLine.FindString(line.String())), line.Len()) // of code that is commented out, or shown in a docstring
		if command, ok := shownCommand(line); ok {
			if i > 0 && introduces.MatchString(lines[i-1].String()) || !isBare(command) || runKey.MatchString(line.String()) {
				sn.text = withoutPlaceholders(command)
				shown.add(sn)
			}
			continue
		}
		for _, m := range quotes.FindAllStringSubmatchIndex(line.String(), -1) {
			if command, ok := shownCommand(line.Slice(m[2], m[3])); ok && hasOptionOrPath(splitWords(command)) && !wantsMore(command) {
				inline := sn
				inline.text, inline.inline = withoutPlaceholders(command), true
				shown.add(inline)
			}
		}
		for _, m := range spans.FindAllStringSubmatchIndex(line.String(), -1) {
			if m[0] > 0 && line.String()[m[0]-1] == ':' && linkTarget.MatchString(line.String()[m[2]:m[3]]) {
				continue // a role of ReST with the name of what it leads to
			}
			if command, ok := shownCommand(line.Slice(m[2], m[3])); ok && strings.ContainsAny(command.String(), " \t") && !wantsMore(command) {
				inline := sn
				inline.text, inline.inline = withoutPlaceholders(command), true
				shown.add(inline)
			}
		}
	}
	return shown
}
