package observe

import (
	"regexp"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

var placeholder = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9 _./:()-]*>|\[[A-Z][A-Za-z0-9_ -]*\.{0,3}\]|\[(options|args|paths?)\.{0,3}\]|\[--[a-z][^\[\]]*\]`)

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
	if at := openQuote(t.String()); at >= 0 && valueNext.MatchString(t.String()[:at]) {
		t = source.JoinTexts(t.Slice(0, at), source.Literal(unknownWord("the next line"), t.Slice(at, t.Len())))
	}
	t = replaceAll(t, arrow, func(string) string { return "" })
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

// valueNext matches the beginning of a command behind which the value of an option stands.
var valueNext = regexp.MustCompile(`[ \t]-(-[a-z-]+[= ]|[a-zA-Z][ ]?)$`)

// openQuote returns where the quotation begins that a line leaves open, as a comment does whose command goes on in the next; -1 for
// none, and for a text of several lines.
func openQuote(s string) int {
	at := -1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			return -1
		case c == '\\' && (at < 0 || s[at] == '"'):
			i++
		case at >= 0 && c == s[at]:
			at = -1
		case at < 0 && (c == '"' || c == '\''):
			at = i
		case at < 0 && c == '#' && i > 0 && s[i-1] == ' ':
			return -1
		}
	}
	return at
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
