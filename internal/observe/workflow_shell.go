package observe

import (
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// A startedShell is how a runner starts the program that reads the commands of a step.
type startedShell struct {
	dialect           shell.Dialect
	errExit, pipeFail bool
	language          string // "pwsh", "cmd" or "python", or another that is no shell of ours; empty for one of ours
}

// shellOf reads the key "shell" of a step; "bash -e {0}" stands for its absence, but in containers and on Windows.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
func shellOf(key, os string, container bool) startedShell {
	switch key {
	case "":
		switch {
		case container:
			return startedShell{dialect: shell.POSIX, errExit: true}
		case os == "Windows":
			return startedShell{language: "pwsh"}
		}
		return startedShell{errExit: true}
	case "bash":
		return startedShell{errExit: true, pipeFail: true}
	case "sh":
		return startedShell{dialect: shell.POSIX, errExit: true}
	case "pwsh", "powershell":
		return startedShell{language: "pwsh"}
	}
	return customShell(strings.Fields(key))
}

var otherLanguages = []string{"cmd", "python", "python3", "perl", "ruby", "node", "deno", "Rscript", "julia", "nu", "fish", "cmake", "tclsh", "php"}

// customShell reads a command line such as "bash -l -eo pipefail {0}", in which launchers may stand before the shell. A program
// that we don't know, such as "micromamba-shell", is taken for one that starts Bash.
func customShell(words []string) startedShell {
	var s startedShell
	for i, w := range words {
		program := name(w)
		switch {
		case slices.Contains(shells, program):
			sn := snippet{}
			sn.shellFlags(words[i+1:])
			return startedShell{dialect: dialectOf(program), errExit: sn.errExit, pipeFail: sn.pipeFail}
		case program == "pwsh" || program == "powershell":
			s.language = "pwsh"
		case slices.Contains(otherLanguages, program) && s.language == "":
			s.language = strings.TrimSuffix(program, "3")
		}
	}
	return s
}

// shellFlags takes the flags that a shell is started with.
func (sn *snippet) shellFlags(words []string) {
	for i, w := range words {
		if !strings.HasPrefix(w, "-") {
			continue
		}
		sn.flags(w)
		if strings.HasSuffix(w, "o") && !strings.HasPrefix(w, "--") && i+1 < len(words) {
			sn.pipeFail = sn.pipeFail || words[i+1] == "pipefail"
			sn.errExit = sn.errExit || words[i+1] == "errexit"
		}
	}
}

// inLanguage returns the commands of a snippet in a language that is no shell of ours. Of PowerShell and cmd the lines that
// are plain commands are taken; other lines that speak of pytest are a problem.
func inLanguage(sn snippet, language string) (all []snippet, problems []Problem) {
	switch language {
	case "python":
		for _, one := range readPythonCode(sn.text) {
			one.kind, one.job, one.where, one.env, one.dir, one.hidden, one.doubtful = sn.kind, sn.job, sn.where, sn.env, sn.dir, sn.hidden, sn.doubtful
			all = append(all, one)
		}
		return all, nil
	case "pwsh", "cmd":
		return inWindows(sn, language)
	}
	if i := speaksOfPytest(sn.text.String()); i >= 0 {
		problems = append(problems, Problem{Position: sn.text.At(i), Message: "commands of " + language + " can't be simulated", Unread: true})
	}
	return nil, problems
}

var pytestWord = regexp.MustCompile(`(?i)\bpy\.?test`)

// speaksOfPytest returns where a text speaks of pytest, -1 where it does not.
func speaksOfPytest(text string) int {
	if at := pytestWord.FindStringIndex(text); at != nil {
		return at[0]
	}
	return -1
}

var (
	setVariable = regexp.MustCompile(`(?i)^(?:\$env:(\w+)\s*=\s*(?:"([^"$` + "`" + `]*)"|'([^']*)')|set "?(\w+)=([^"%&|<>]*)"?)$`)
	plainLine   = regexp.MustCompile(`^(?:& +)?[\w./\\:$%"-](?:[^|&;<>(){}@]| @\w)*$`)
	quotedWord  = regexp.MustCompile(`"[^"$%` + "`" + `]*"|(?:^| )'[^'%]*'`) // in which nothing means anything
	saysOnly    = regexp.MustCompile(`(?i)^@?(?:echo|write-\w+|rem)\b[^&|;]*$`)
	notCommand  = regexp.MustCompile(`(?i)^(?:if|for|foreach|while|switch|function|param|try|catch|else|elseif|return|rem|::|goto|setlocal|echo|write-\w+)\b|^\w+-\w+ `)
)

func inWindows(sn snippet, language string) (all []snippet, problems []Problem) {
	env := sn.env
	for _, line := range windowsLines(sn.text, language) {
		text := line.String()
		switch set := setVariable.FindStringSubmatch(text); {
		case set != nil:
			env = with(env, map[string]string{set[1] + set[4]: set[2] + set[3] + set[5]})
		case plainLine.MatchString(quotedWord.ReplaceAllString(text, "-")) && !notCommand.MatchString(text):
			one := sn
			one.text, one.env, one.doubtful = source.Text{}, env, true
			if words := windowsWords(line, language, env); len(words) > 0 {
				one.argv = [][]pytest.Word{words}
				all = append(all, one)
			}
		case saysOnly.MatchString(text): // read as what it tells people
		case speaksOfPytest(text) >= 0:
			problems = append(problems, Problem{Position: line.At(speaksOfPytest(text)), Message: "this line of " + language + " can't be simulated"})
		}
	}
	return all, problems
}

// windowsLines returns the lines of a text, with those that go on joined, without comments.
func windowsLines(t source.Text, language string) (lines []source.Text) {
	goesOn := map[string]string{"pwsh": "`", "cmd": "^"}[language]
	if language == "pwsh" {
		t = replaceAll(t, pwshNoise, func(match string) string { return strings.Repeat("\n", strings.Count(match, "\n")) })
	}
	var open []source.Text
	for _, line := range t.Lines() {
		text := strings.TrimRight(line.String(), " \t")
		start := len(text) - len(strings.TrimLeft(text, " \t@"))
		line = line.Slice(start, len(text))
		if language == "pwsh" && strings.HasPrefix(line.String(), "#") || language == "cmd" && cmdComment.MatchString(line.String()) {
			continue
		}
		if rest, ok := strings.CutSuffix(line.String(), goesOn); ok {
			open = append(open, line.Slice(0, len(rest)), source.Literal(" ", line))
			continue
		}
		lines = append(lines, windowsStatements(source.JoinTexts(append(open, line)...), language)...)
		open = nil
	}
	if len(open) > 0 {
		lines = append(lines, source.JoinTexts(open...))
	}
	return lines
}

// windowsStatements splits a line where another command follows on it, and takes off the question for the status before.
func windowsStatements(line source.Text, language string) (list []source.Text) {
	text, start, quote := line.String(), 0, byte(0)
	end := func(at, next int) {
		one := line.Slice(start, at)
		one = one.Slice(len(statementLead.FindString(one.String())), one.Len())
		if one.Len() > 0 {
			list = append(list, one)
		}
		start = next
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'' && language == "pwsh":
			quote = c
		case strings.HasPrefix(text[i:], "&&"), strings.HasPrefix(text[i:], "||"):
			end(i, i+2)
			i++
		case c == ';' && language == "pwsh", c == '&' && language == "cmd" && i > 0 && text[i-1] != '>':
			end(i, i+1)
		}
	}
	end(len(text), len(text))
	return list
}

var statementLead = regexp.MustCompile(`(?i)^[ \t]*(if[ \t]+(not[ \t]+)?errorlevel[ \t]+\d+[ \t]+)?`)

// pwshNoise matches comments and texts of several lines.
var pwshNoise = regexp.MustCompile(`(?s)<#.*?#>|@"[ \t]*\r?\n.*?\n"@|@'[ \t]*\r?\n.*?\n'@`)

var (
	pwshVariable = regexp.MustCompile(`(?i)\$(?:env:(\w+)|\{env:(\w+)\}|(\w+))`)
	cmdVariable  = regexp.MustCompile(`%(\w+)%|%\*|%~?[a-z]*\d`) // those of the caller's words among them
	cmdComment   = regexp.MustCompile(`(?i)^(rem\b|::)`)
)

// windowsWords splits a plain command line, in which backslashes are part of paths.
func windowsWords(t source.Text, language string, env map[string]string) (words []pytest.Word) {
	text := t.String()
	variable := cmdVariable
	if language == "pwsh" {
		variable = pwshVariable
	}
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' || text[i] == '&' {
			i++
			continue
		}
		if text[i] == '#' && language == "pwsh" { // a comment
			break
		}
		end, value := windowsWord(text[i:], language)
		value = variable.ReplaceAllStringFunc(value, func(v string) string {
			called := strings.Join(variable.FindStringSubmatch(v)[1:], "")
			if known, ok := env[called]; ok {
				return known
			}
			return pytest.Unknown(v)
		})
		words = append(words, pytest.Word{Text: value, Pos: t.At(i)})
		i += end
	}
	return words
}

// windowsWord returns the length and the value of the word that a text begins with.
func windowsWord(text, language string) (end int, value string) {
	var b strings.Builder
	quote := byte(0)
	for end < len(text) {
		switch c := text[end]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'' && language == "pwsh"):
			quote = c
		case quote == 0 && (c == ' ' || c == '\t'):
			return end, b.String()
		default:
			b.WriteByte(c)
		}
		end++
	}
	return end, b.String()
}
