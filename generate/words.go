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

// wrappedWords quotes words and breaks the line before it grows too long to read.
func wrappedWords(words []string) string {
	const width = 110
	var b strings.Builder
	column := width
	for _, w := range words {
		q := mustQuote(w)
		if column+1+len(q) > width || opensSection(w) {
			b.WriteString(" \\\n\t\t\t")
			column = 12
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(q)
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
