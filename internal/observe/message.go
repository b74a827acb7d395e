package observe

import (
	"regexp"

	"policygen/internal/shell"
	"policygen/internal/source"
)

// advice matches words of a message behind which it tells a command.
var advice = regexp.MustCompile(`(?i)\b(usage|run|run it|run with|use|try|execute|rerun|re-run|reproduce|command|example|e\.g\.|with|via|type|invoke): *`)

// advised matches a message that tells to use a command in the middle of a sentence.
var advised = regexp.MustCompile(`(?i)\b(?:run|use|try|execute|rerun|re-run|invoke)[ \t]+((?:python[0-9.]*[ \t]+-m[ \t]+)?(?:pytest|py\.test|tox|nox)[ \t]+-)`)

// toldIn returns the commands that a text of one line tells its reader: behind a word that leads in, between quotes, or, where it is no
// data that code or a test has to do with, the whole of it.
func toldIn(text source.Text, data bool) (list []snippet) {
	told := func(t source.Text) bool {
		command, ok := shownCommand(t)
		if ok = ok && hasOptionOrPath(splitWords(command)); ok {
			list = append(list, snippet{kind: Comment, dialect: shell.Bash, text: withoutPlaceholders(command)})
		}
		return ok
	}
	if m := advice.FindStringIndex(text.String()); m != nil && told(text.Slice(m[1], text.Len())) || !data && told(text) {
		return list
	}
	if m := advised.FindStringSubmatchIndex(text.String()); m != nil && told(text.Slice(m[2], text.Len())) {
		return list
	}
	if list = spanned(text); len(list) > 0 {
		return list
	}
	for _, part := range betweenQuotes(text) {
		if told(part) {
			list[len(list)-1].inline = true
		}
	}
	return list
}

// betweenQuotes returns what a line has between quotes.
func betweenQuotes(line source.Text) (list []source.Text) {
	for _, m := range quoted.FindAllStringSubmatchIndex(line.String(), -1) {
		list = append(list, line.Slice(max(m[2], m[4]), max(m[3], m[5])))
	}
	return list
}

// quoted matches what a line has between quotes.
var quoted = regexp.MustCompile(`'([^']+)'|"([^"]+)"`)
