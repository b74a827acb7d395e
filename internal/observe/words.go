package observe

import (
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// splitWords splits a command line that no shell reads, as Python's shlex does: blanks part words, quotes and backslashes
// hold them together, and a "#" is nothing special. Lines that end in a backslash go on.
func splitWords(t source.Text) (words []pytest.Word) {
	s := t.String()
	var word strings.Builder
	start, quote := -1, byte(0)
	begin := func(i int) {
		if start < 0 {
			start = i
		}
	}
	end := func() {
		if start >= 0 {
			words = append(words, pytest.Word{Text: word.String(), Pos: t.At(start)})
		}
		word.Reset()
		start = -1
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == '\'':
			word.WriteByte(c)
		case c == '\\' && i+1 < len(s):
			if i++; s[i] != '\n' {
				begin(i - 1)
				if quote == '"' && s[i] != '"' && s[i] != '\\' {
					word.WriteByte('\\')
				}
				word.WriteByte(s[i])
			}
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			begin(i)
			quote = c
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			end()
		default:
			begin(i)
			word.WriteByte(c)
		}
	}
	end()
	return words
}
