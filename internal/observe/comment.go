package observe

import (
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// readComments reads the commands that comments show, in files where "#" begins one, and the texts of settings: descriptions of markers
// and of inputs.
func readComments(f file) (shown found) {
	for _, run := range source.Comments(f.name, f.content, "#") {
		shown.merge(commandsInComment(run))
	}
	settings := isSettings(f.name)
	for _, line := range logicalLines(f.text()) {
		shown.merge(commandsKept(line))
		if settings && !commentLine.MatchString(line.String()) {
			shown.add(spanned(line)...)
			if m := description.FindStringIndex(line.String()); m != nil {
				shown.add(quotedIn(line.Slice(m[1], line.Len()))...)
			}
		}
	}
	return shown
}

// commandsKept returns the commands that a line of shell or of a Makefile prints, or keeps in a variable.
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
	} else if m := assignedModule.FindStringSubmatchIndex(text); m != nil {
		rest, sn.doubtful = source.JoinTexts(source.Literal("python ", line.Slice(m[2], m[2])), line.Slice(m[2], m[3])), true
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

// assignedModule matches an assignment of Make whose value an interpreter is given.
var assignedModule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*[ \t]*(?:::?:?|\?)?=[ \t]*(-m[ \t]+(?:pytest|py\.test)[ \t].*)$`)

// introduces matches a line behind which a command stands.
var introduces = regexp.MustCompile(`(?i)(:|\b(run|use|with|execute))[ \t]*$`)

// runKey matches a line of YAML whose value is run, as documentation shows steps of a workflow.
var runKey = regexp.MustCompile(`^[ \t]*(- )?(run|script|command):[ \t]`)

// dollar matches a line with the prompt of a shell.
var dollar = regexp.MustCompile(`^[ \t]*\$[ \t]`)

// isBare reports whether a command is the name of a program alone. In a comment that is rather what the next line is about.
func isBare(command source.Text) bool {
	return !strings.ContainsAny(strings.TrimSpace(command.String()), " \t")
}

// commandsInComment returns the commands that a comment or a documentation string shows, on lines of their own or between backquotes.
func commandsInComment(t source.Text) (shown found) {
	sn := snippet{kind: Comment, dialect: shell.Bash}
	lines := logicalLines(t)
	for i, line := range lines {
		if rest, ok := splitSpan(lines, i); ok {
			shown.add(spanned(rest)...)
		}
		line = line.Slice(len(commentLine.FindString(line.String())), line.Len()) // of code that is commented out, or shown in a docstring
		if command, ok := shownCommand(line); ok {
			if i > 0 && introduces.MatchString(lines[i-1].String()) || !isBare(command) || runKey.MatchString(line.String()) || dollar.MatchString(line.String()) {
				sn.text = withoutPlaceholders(command)
				shown.add(sn)
			}
			continue
		}
		shown.add(quotedIn(line)...)
		shown.add(spanned(line)...)
	}
	return shown
}

// description matches the beginning of a text for people in settings, up to its quotes.
var description = regexp.MustCompile(`^[ \t]*(?:-[ \t]+)?["']?(?:description|help|summary)["']?[ \t]*[:=][ \t]*["']?`)

// quotedIn returns the commands that stand between quotes in a line, or between parentheses behind "e.g." and its like.
func quotedIn(line source.Text) (list []snippet) {
	for _, m := range quotes.FindAllStringSubmatchIndex(line.String(), -1) {
		within := withoutQuotes(line.Slice(max(m[2], m[4]), max(m[3], m[5])))
		if command, ok := shownCommand(within); ok && hasOptionOrPath(splitWords(command)) && !wantsMore(command) {
			list = append(list, snippet{kind: Comment, dialect: shell.Bash, text: withoutPlaceholders(command), inline: true})
		}
	}
	return list
}

// splitSpan returns what stands between backquotes of which the first is the last one of a line and the other the first one of the next.
func splitSpan(lines []source.Text, i int) (source.Text, bool) {
	if i+1 == len(lines) || strings.Count(lines[i].String(), "`")%2 == 0 {
		return source.Text{}, false
	}
	begin, end := strings.LastIndex(lines[i].String(), "`"), strings.Index(lines[i+1].String(), "`")
	if end < 0 {
		return source.Text{}, false
	}
	next := lines[i+1].Slice(len(commentLine.FindString(lines[i+1].String())), lines[i+1].Len())
	next = next.Slice(len(next.String())-len(strings.TrimLeft(next.String(), " \t")), strings.Index(next.String(), "`")+1)
	return source.JoinTexts(lines[i].Slice(begin, lines[i].Len()), source.Literal(" ", next.Slice(0, 0)), next), true
}

// spanned returns the commands that stand between backquotes in a line.
func spanned(line source.Text) (list []snippet) {
	for _, m := range spans.FindAllStringSubmatchIndex(line.String(), -1) {
		if linkTarget.MatchString(line.String()[m[2]:m[3]]) && (m[0] > 0 && line.String()[m[0]-1] == ':' || strings.HasPrefix(line.String()[m[1]:], "_")) {
			continue // a role or a reference of ReST with the name of what it leads to
		}
		if command, ok := shownCommand(line.Slice(m[2], m[3])); ok && !isBare(command) && !wantsMore(command) {
			list = append(list, snippet{kind: Comment, dialect: shell.Bash, text: withoutPlaceholders(command), inline: true})
		}
	}
	return list
}
