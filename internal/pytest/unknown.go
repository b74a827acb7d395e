package pytest

import (
	"slices"
	"strings"
	"unicode"
)

// The two runes that the name of an unknown value stands between, and the one that is a blank in it, where no shell parts words: of the
// private-use area, so that no text has them by accident.
const (
	unknownStart = '\uF8F0'
	unknownEnd   = '\uF8F1'
	unknownBlank = '\uF8F2'
)

// Unknown returns the text that stands in for a value that nobody here knows, such as that of $WORKERS or ${{ inputs.n }}.
// It flows through shells and parsers as ordinary text. The name is shown to users; it can be any text.
func Unknown(name string) string {
	return string(unknownStart) + strings.Map(withoutMarks, name) + string(unknownEnd)
}

func withoutMarks(r rune) rune {
	switch {
	case r == unknownStart || r == unknownEnd || r == unknownBlank:
		return -1
	case unicode.IsSpace(r):
		return unknownBlank
	}
	return r
}

// Unknowns returns the names of the unknown values that a text depends on, each once, in the order in which they appear.
func Unknowns(text string) []string {
	var names []string
	for {
		_, name, rest, ok := cutUnknown(text)
		if !ok {
			return names
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		text = rest
	}
}

// cutUnknown splits a text around its first unknown value. A mark without its other half is ordinary text.
func cutUnknown(text string) (before, name, after string, ok bool) {
	before, rest, found := strings.Cut(text, string(unknownStart))
	if !found {
		return text, "", "", false
	}
	name, after, found = strings.Cut(rest, string(unknownEnd))
	return before, strings.ReplaceAll(name, string(unknownBlank), " "), after, found
}

// isUnknown reports whether a text is nothing but unknown values.
func isUnknown(text string) bool {
	some := false
	for text != "" {
		before, _, after, ok := cutUnknown(text)
		if !ok || before != "" {
			return false
		}
		some, text = true, after
	}
	return some
}
