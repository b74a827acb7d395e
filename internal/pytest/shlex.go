package pytest

import (
	"errors"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// A word is an argument on its way through pytest.
type word struct {
	Word
	from From
	open bool // an unknown word that stands where an option can: it may be any number of options, or none
}

var (
	errQuotation = errors.New("no closing quotation")
	errEscaped   = errors.New("no escaped character")
)

// A cutter splits a text into words as Python's shlex.split does, the way pytest reads addopts.
type cutter struct {
	text  string
	at    int
	word  strings.Builder
	start int
	in    bool // a word has begun, if only by a pair of quotes
}

// splitShlex returns the words of a text and the offset of each.
func splitShlex(text string) (words []string, starts []int, err error) {
	c := &cutter{text: text}
	for c.at < len(c.text) {
		if strings.IndexByte(" \t\r\n", c.text[c.at]) < 0 {
			if err := c.take(); err != nil {
				return nil, nil, err
			}
			continue
		}
		if c.in {
			words, starts = append(words, c.word.String()), append(starts, c.start)
			c.word.Reset()
			c.in = false
		}
		c.at++
	}
	if c.in {
		words, starts = append(words, c.word.String()), append(starts, c.start)
	}
	return words, starts, nil
}

// take reads one piece of a word: a quoted part, an escaped character or a plain one.
func (c *cutter) take() error {
	if !c.in {
		c.in, c.start = true, c.at
	}
	if c.unknown() {
		return nil
	}
	b := c.text[c.at]
	c.at++
	switch b {
	case '\'':
		end := strings.IndexByte(c.text[c.at:], '\'')
		if end < 0 {
			return errQuotation
		}
		c.word.WriteString(c.text[c.at : c.at+end])
		c.at += end + 1
		return nil
	case '"':
		return c.quoted()
	case '\\':
		if c.at == len(c.text) {
			return errEscaped
		}
		b = c.text[c.at]
		c.at++
	}
	c.word.WriteByte(b)
	return nil
}

// quoted reads up to a double quote. A backslash counts only before a backslash or a double quote.
func (c *cutter) quoted() error {
	for c.at < len(c.text) {
		if c.unknown() {
			continue
		}
		b := c.text[c.at]
		c.at++
		switch {
		case b == '"':
			return nil
		case b == '\\' && c.at == len(c.text):
			return errEscaped
		case b == '\\' && (c.text[c.at] == '"' || c.text[c.at] == '\\'):
			b = c.text[c.at]
			c.at++
		}
		c.word.WriteByte(b)
	}
	return errQuotation
}

// unknown takes an unknown value, whose name can have spaces and quotes, and reports whether there was one.
func (c *cutter) unknown() bool {
	before, _, after, ok := cutUnknown(c.text[c.at:])
	if !ok || before != "" {
		return false
	}
	end := len(c.text) - len(after)
	c.word.WriteString(c.text[c.at:end])
	c.at = end
	return true
}

// splitText splits a text of a file, each word with its position.
func splitText(t source.Text, from From) ([]word, error) {
	return splitAt(t.String(), from, t.At)
}

// splitAt splits a text; at tells the position of a byte of it.
func splitAt(text string, from From, at func(int) finding.Position) ([]word, error) {
	texts, starts, err := splitShlex(text)
	words := make([]word, len(texts))
	for i := range texts {
		words[i] = word{Word: Word{Text: texts[i], Pos: at(starts[i])}, from: from}
	}
	return words, err
}
