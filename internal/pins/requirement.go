package pins

import (
	"fmt"
	"strings"

	"policygen/internal/pep440"
)

// A requirement is one dependency specifier, the text that PEP 508 defines and packaging reads: a name, extras, and either a set of
// version specifiers or a URL, and a marker. Offsets are of bytes in the text that was parsed.
type requirement struct {
	name               string // as written
	extras             []string
	specifiers         pep440.Specifiers
	specStart, specEnd int // of the specifiers, without parentheses; both are where they would stand if there are none
	url                string
	marker             Marker
}

// A syntaxError is where a text is no requirement or no marker.
type syntaxError struct {
	at   int
	what string
}

func (e *syntaxError) Error() string { return e.what }

// A cursor walks along a text.
type cursor struct {
	text string
	at   int
}

func (c *cursor) rest() string { return c.text[c.at:] }

// space skips spaces and tabs, and reports whether there were any.
func (c *cursor) space() bool {
	start := c.at
	for c.at < len(c.text) && (c.text[c.at] == ' ' || c.text[c.at] == '\t') {
		c.at++
	}
	return c.at > start
}

// take skips a byte if it comes next.
func (c *cursor) take(b byte) bool {
	if c.at < len(c.text) && c.text[c.at] == b {
		c.at++
		return true
	}
	return false
}

func (c *cursor) fail(format string, args ...any) error {
	return &syntaxError{c.at, fmt.Sprintf(format, args...)}
}

// next is what comes next, for messages.
func (c *cursor) next() string {
	if c.at >= len(c.text) {
		return "the end"
	}
	word, _, _ := strings.Cut(c.rest(), " ")
	if len(word) > 40 {
		word = word[:40] + "…"
	}
	return fmt.Sprintf("%q", word)
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// identifier reads the name of a distribution or of an extra, which begins and ends with a letter, a digit or, at its end, "_".
func (c *cursor) identifier() string {
	end := c.at
	for i := c.at; i < len(c.text); i++ {
		b := c.text[i]
		switch {
		case isWordByte(b) && (i > c.at || b != '_'):
			end = i + 1
		case b != '.' && b != '-' || i == c.at:
			i = len(c.text)
		}
	}
	name := c.text[c.at:end]
	c.at = end
	return name
}

// parseRequirement reads a whole text as a requirement. An error is a *syntaxError.
func parseRequirement(text string) (requirement, error) {
	c := &cursor{text: text}
	c.space()
	var r requirement
	if r.name = c.identifier(); r.name == "" {
		return r, c.fail("%s is no name of a distribution", c.next())
	}
	r.specStart, r.specEnd = c.at, c.at
	c.space()
	if err := r.readExtras(c); err != nil {
		return r, err
	}
	c.space()
	read := r.readSpecifiers
	if c.take('@') {
		read = r.readURL
	}
	if err := read(c); err != nil {
		return r, err
	}
	return r, r.readMarker(c)
}

func (r *requirement) readExtras(c *cursor) error {
	if !c.take('[') {
		return nil
	}
	for c.space(); !c.take(']'); c.space() {
		if len(r.extras) > 0 {
			if !c.take(',') {
				return c.fail("%s stands where a comma or the bracket behind the extras has to be", c.next())
			}
			c.space()
		}
		extra := c.identifier()
		if extra == "" {
			return c.fail("%s is no name of an extra", c.next())
		}
		r.extras = append(r.extras, pep440.NormalizeName(extra))
	}
	r.specStart, r.specEnd = c.at, c.at
	return nil
}

// readURL reads what follows the "@": all up to the next white space.
func (r *requirement) readURL(c *cursor) error {
	c.space()
	start := c.at
	if i := strings.IndexAny(c.rest(), " \t"); i >= 0 {
		c.at += i
	} else {
		c.at = len(c.text)
	}
	if r.url = c.text[start:c.at]; r.url == "" {
		return c.fail("a URL has to follow the @")
	}
	return nil
}

// readSpecifiers reads clauses and the commas between them, in parentheses or not.
func (r *requirement) readSpecifiers(c *cursor) error {
	legacy := c.take('(')
	c.space()
	if start := c.at; strings.IndexByte("<>=!~", peek(c)) >= 0 && c.at < len(c.text) {
		r.specStart, r.specEnd = start, c.clauses()
	} else if legacy {
		r.specStart, r.specEnd = start, start
	}
	c.space()
	if legacy && !c.take(')') {
		return c.fail("%s stands where the parenthesis behind the versions has to be", c.next())
	}
	specifiers, err := pep440.ParseSpecifiers(c.text[r.specStart:r.specEnd])
	if err != nil {
		return &syntaxError{r.specStart, err.Error()}
	}
	r.specifiers = specifiers
	return nil
}

func peek(c *cursor) byte {
	if c.at < len(c.text) {
		return c.text[c.at]
	}
	return 0
}

// clauses skips clauses such as ">= 3.2, <4" and returns where the last one ends. Whether each of them is one is told later.
func (c *cursor) clauses() (end int) {
	for {
		operator := c.at
		for strings.IndexByte("<>=!~", peek(c)) >= 0 && c.at < len(c.text) {
			c.at++
		}
		stop := " \t,;)"
		if c.text[operator:c.at] == "===" {
			stop = " \t;)"
		}
		if c.at == operator {
			return end
		}
		c.space()
		if i := strings.IndexAny(c.rest(), stop); i >= 0 {
			c.at += i
		} else {
			c.at = len(c.text)
		}
		end = c.at
		c.space()
		if !c.take(',') {
			c.at = end
			return end
		}
		c.space()
	}
}

func (r *requirement) readMarker(c *cursor) error {
	spaced := c.space()
	if c.at == len(c.text) {
		return nil
	}
	if !c.take(';') || r.url != "" && !spaced {
		return c.fail("%s stands where the end, a comma or a semicolon has to be", c.next())
	}
	marker, err := parseMarker(c)
	r.marker = marker
	return err
}
