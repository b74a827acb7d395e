package generate

import (
	"fmt"
	"strings"

	"policygen/internal/shell"
)

// mustQuote quotes text of a policy, which the schema keeps free of NUL.
func mustQuote(s string) string {
	q, err := shell.Quote(s)
	if err != nil {
		panic(fmt.Sprintf("%q reached the renderer: %v", s, err))
	}
	return q
}

// anyCase returns the pattern that matches a name in upper, lower and mixed case: mock gives [Mm][Oo][Cc][Kk].
func anyCase(name string) string {
	var b strings.Builder
	for _, c := range name {
		if c >= 'a' && c <= 'z' {
			fmt.Fprintf(&b, "[%c%c]", c-'a'+'A', c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// casePatterns joins literal words to the patterns of one case item.
func casePatterns(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = mustQuote(w)
	}
	return strings.Join(quoted, " | ")
}

// A word is a word of the message to the runner, or a text that is shell already, and what it follows from.
type word struct {
	text string
	from []Origin
}

// words returns texts as words that follow from the same.
func words(from []Origin, texts ...string) []word {
	all := make([]word, len(texts))
	for i, t := range texts {
		all[i] = word{t, from}
	}
	return all
}

// joined returns the texts of the words with something between them.
func joined(all []word, between string) string {
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = w.text
	}
	return strings.Join(texts, between)
}

// addOrigins adds the origins of words that say the same.
func addOrigins(all, same []word) {
	for i := range all {
		all[i].from = union(all[i].from, same[i].from)
	}
}

// statements joins words that are shell already.
func statements(m *marks, all []word) string {
	marked := make([]string, len(all))
	for i, w := range all {
		marked[i] = m.across(w.text, w.from)
	}
	return strings.Join(marked, " ")
}

// wrappedWords quotes words for a statement that stands at an indentation, and breaks the line before it grows too long to read.
func wrappedWords(m *marks, indent string, words []word) string {
	const width = 110
	var b strings.Builder
	column := width
	for _, w := range words {
		q := mustQuote(w.text)
		if column+1+len(q) > width || opensSection(w.text) {
			b.WriteString(" \\\n" + indent + "\t")
			column = 12
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(m.across(q, w.from))
		column += 1 + len(q)
	}
	return b.String()
}

// lines joins words to lines that are short enough to read.
func lines(words []string) []string {
	const width = 110
	var all []string
	for _, w := range words {
		if n := len(all); n > 0 && len(all[n-1])+1+len(w) <= width {
			all[n-1] += " " + w
		} else {
			all = append(all, w)
		}
	}
	return all
}

// opensSection reports whether a word starts a line of its own.
func opensSection(word string) bool {
	return strings.HasPrefix(word, "need=") || strings.HasPrefix(word, "because=") || strings.HasPrefix(word, "phase=")
}
