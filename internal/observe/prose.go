package observe

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

var (
	bullet   = regexp.MustCompile(`^[ \t]*([-*+•]|[0-9]+[.)])?[ \t]*`)
	leadIn   = regexp.MustCompile(`^[^:` + "`" + `$=]{0,80}:[ \t]+`)
	leadName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=(?:(?:python[0-9.]*[ \t]+-m[ \t]+)?(?:pytest|py\.test)[ \t])`)
	leadWord = regexp.MustCompile(`(?i)^(e\.g\.,?|for example,?|run|use|try|usage|then run|execute|with|or|and)[ \t]+`)
	quotes   = regexp.MustCompile(`(?:^|[\s(:])["']([^"'` + "`" + `]+)["'](?:$|[\s).,;:])|\((?:e\.g\.,?|i\.e\.,?|run|use|with|via|see)[ \t]([^()]+)\)`)
	spans    = regexp.MustCompile("`+([^`]+)`+")
	arrow    = regexp.MustCompile(`(?m)[ \t]{2,}(<-+|←|→|=>)[ \t].*$`)

	variableKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+:`)
)

// shownCommand returns the command that a line of text is, if it is one: behind a bullet, a prompt, or a few words and a colon, perhaps
// between quotes, and before an arrow to what is said of it.
func shownCommand(line source.Text) (source.Text, bool) {
	line = replaceAll(line.Slice(bullet.FindStringIndex(line.String())[1], line.Len()), placeholder, unknownWord)
	line = replaceAll(line, githubExpression, unknownWord)
	if m := arrow.FindStringIndex(line.String()); m != nil {
		line = line.Slice(0, m[0])
	}
	if m := prompt.FindStringIndex(line.String()); m != nil {
		line = line.Slice(m[1], line.Len())
	}
	for range 3 {
		if readsAsCommand(line) {
			return withoutMark(line), true
		}
		if begun, ok := beforeSentence(line); ok {
			return begun, true
		}
		lead := leadOf(line.String())
		if lead == "" {
			return line, false
		}
		line = withoutQuotes(line.Slice(len(lead), line.Len()))
		if variableKey.MatchString(lead) && (isBare(line) || versions.MatchString(line.String())) {
			return line, false // of names of packages
		}
	}
	return line, false
}

// leadOf returns what leads in to a command at the beginning of a line: the name of a variable, a few words and a colon, or a word.
func leadOf(line string) string {
	if leadName.MatchString(line) {
		return line[:strings.IndexByte(line, '=')+1]
	}
	return cmp.Or(leadIn.FindString(line), leadWord.FindString(line))
}

// beforeSentence returns the command that a line begins with where a sentence goes on behind a mark: "pytest -n 4 tests. This is slow".
func beforeSentence(line source.Text) (source.Text, bool) {
	m := goesOnAs.FindStringIndex(line.String())
	if m == nil {
		return line, false
	}
	begun := line.Slice(0, m[0]+1)
	return begun, readsAsCommand(begun) && hasOptionOrPath(splitWords(begun)) && !wantsMore(begun)
}

// goesOnAs matches the end of a command, a mark and the words of a sentence.
var goesOnAs = regexp.MustCompile(`[A-Za-z0-9)"'](?:[.:;][ \t]+[A-Za-z'’]+[ \t]|[ \t]+\((?:i\.e\.,?|e\.g\.,?|or|see)[ \t])`)

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
	text := line.String()
	if end := strings.Index(text, " #"); end >= 0 {
		text, words = text[:end], splitWords(line.Slice(0, end))
	}
	if contraction.MatchString(text) {
		return false
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
	case namesItself(line, program):
		return !sentence(words[1:])
	case toolWord(c.words[0].Text), strings.HasPrefix(program, "./"), isScriptName(c.words[0].Text):
		return !sentence(c.words[1:])
	}
	return false
}

// namesItself reports whether a program is the file that a line stands in, as in a comment that tells its usage.
func namesItself(line source.Text, program string) bool {
	return strings.Contains(program, "/") && strings.HasSuffix("/"+line.At(0).File, "/"+strings.TrimPrefix(program, "./"))
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
	contraction  = regexp.MustCompile(`[a-z]['’](s|t|re|ve|ll|d|m) `)
	plugin       = regexp.MustCompile(`^pytest[_-][a-z]+$`)
	metavariable = regexp.MustCompile(`^[A-Z]{2,}$`) // as argparse has them
	stopWords    = map[string]bool{"on": true, "in": true, "for": true, "with": true, "to": true, "and": true, "or": true, "from": true, "as": true, "is": true, "are": true, "the": true, "a": true}
	folders      = map[string]bool{"tests": true, "test": true, "src": true, "unit": true, "integration": true, "all": true, "check": true, "benchmarks": true}
)

// sentence reports whether the words behind the name of a program read as English: two words in a row, or one with a full stop,
// that are neither options nor their values nor paths; or any word with a comma or a full stop at its end before such a word.
func sentence(words []pytest.Word) bool {
	inRow := 0
	for i, w := range words {
		if i == 0 && plugin.MatchString(w.Text) || stopWords[w.Text] && i+1 < len(words) {
			return true
		}
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
	return inRow == 1 && len(words) == 1 && strings.ToLower(words[0].Text) != words[0].Text && !metavariable.MatchString(words[0].Text)
}

// wantsMore reports whether a command ends with an option of pytest or tox that takes a value: a text that is about the option.
func wantsMore(command source.Text) bool {
	return openEnd.MatchString(command.String())
}

var openEnd = regexp.MustCompile(`[ \t](-[kmncoeW]|--dist|--env|--numprocesses|--maxfail|--timeout|--rootdir|--tx)[ \t]*$|test[ \t].*-p[ \t]*$`)

func hasOptionOrPath(words []pytest.Word) bool {
	return len(words) > 1 && slices.ContainsFunc(words[1:], func(w pytest.Word) bool {
		return strings.HasPrefix(w.Text, "-") || strings.Contains(w.Text, "/") || w.Text == "." || w.Text == "$@" || strings.HasPrefix(w.Text, "{")
	})
}
