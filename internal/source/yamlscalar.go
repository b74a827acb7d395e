package source

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlScalar returns the value of a scalar that begins at a place of the text, tag and anchor included. yaml tells only the decoded
// value, so the text is read once more, by the rules of libyaml's scanner, of which yaml is a port. Where that gives another value,
// all of it stands at the place.
func yamlScalar(t Text, at int, y *yaml.Node) Text {
	plain := y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	if plain && y.Value == "" {
		return t.Slice(at, at)
	}
	start := yamlContent(t.value, at)
	r := scalarReader{s: t.value, at: start, builder: newBuilder(t, start)}
	switch {
	case plain:
		r.plain(len(y.Value))
	case y.Style&yaml.SingleQuotedStyle != 0:
		r.quoted('\'')
	case y.Style&yaml.DoubleQuotedStyle != 0:
		r.quoted('"')
	default:
		r.block(y.Value)
	}
	if text := r.text(); text.value == y.Value {
		return text
	}
	return Literal(y.Value, t.Slice(at, at))
}

// yamlContent returns where the content of a node is, behind its tag and its anchor.
func yamlContent(s string, at int) int {
	for at < len(s) && (s[at] == '!' || s[at] == '&') {
		anchor := s[at] == '&'
		at++
		for at < len(s) && !yamlBlank(s[at]) && yamlBreak(s[at:]) == 0 && (!anchor || yamlWord(s[at])) {
			at++
		}
		at = yamlSpace(s, at)
	}
	return at
}

// yamlWord reports whether a byte may stand in the name of an anchor, of which libyaml wants no more than that.
func yamlWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// yamlSpace returns where blanks, line breaks and comments end.
func yamlSpace(s string, at int) int {
	for at < len(s) {
		switch n := yamlBreak(s[at:]); {
		case yamlBlank(s[at]):
			at++
		case n > 0:
			at += n
		case s[at] == '#':
			at = yamlLineEnd(s, at)
		default:
			return at
		}
	}
	return at
}

// yamlLineEnd returns where the line break of a line is, or the end of the text.
func yamlLineEnd(s string, at int) int {
	for at < len(s) && yamlBreak(s[at:]) == 0 {
		at++
	}
	return at
}

func yamlBlank(c byte) bool { return c == ' ' || c == '\t' }

// yamlBreak returns the length of the line break that a text begins with. Like YAML 1.1, libyaml has more of them than YAML 1.2.
func yamlBreak(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"), strings.HasPrefix(s, "\u0085"):
		return 2
	case strings.HasPrefix(s, "\n"), strings.HasPrefix(s, "\r"):
		return 1
	case strings.HasPrefix(s, "\u2028"), strings.HasPrefix(s, "\u2029"):
		return 3
	}
	return 0
}

// A scalarReader decodes one scalar.
type scalarReader struct {
	s  string
	at int
	*builder
}

// A lineEnd is a line break that was read and is not yet part of the value.
type lineEnd struct{ start, end int }

// value returns what a line break is in a value.
func (r *scalarReader) breakValue(l lineEnd) string {
	if l.end-l.start == 3 {
		return r.s[l.start:l.end]
	}
	return strings.Repeat("\n", min(1, l.end-l.start))
}

func (r *scalarReader) keep(breaks ...lineEnd) {
	for _, l := range breaks {
		r.put(r.breakValue(l), l.start, l.end)
	}
}

// fold appends line breaks that are folded: the first alone is a space, otherwise it is dropped.
func (r *scalarReader) fold(first lineEnd, others []lineEnd) {
	switch {
	case r.breakValue(first) != "\n":
		r.keep(first)
	case len(others) == 0:
		r.put(" ", first.start, first.end)
	}
	r.keep(others...)
}

// lineEnd reads a line break if there is one.
func (r *scalarReader) lineEnd() (lineEnd, bool) {
	n := yamlBreak(r.s[r.at:])
	r.at += n
	return lineEnd{r.at - n, r.at}, n > 0
}

// blanks reads blanks within a line, which stay, or around line breaks, which are folded. Behind a line break that was escaped,
// no other is folded.
func (r *scalarReader) blanks(escaped bool) {
	start := r.at
	var breaks []lineEnd
	for r.at < len(r.s) {
		if l, ok := r.lineEnd(); ok {
			breaks = append(breaks, l)
		} else if yamlBlank(r.s[r.at]) {
			r.at++
		} else {
			break
		}
	}
	switch {
	case escaped:
		r.keep(breaks...)
	case breaks == nil:
		r.take(start, r.at)
	default:
		r.fold(breaks[0], breaks[1:])
	}
}

// word appends bytes that stand for themselves, up to a blank, a line break, one of the bytes given or the end that is given.
func (r *scalarReader) word(stop string, end int) {
	start := r.at
	for r.at < end && !yamlBlank(r.s[r.at]) && yamlBreak(r.s[r.at:]) == 0 && strings.IndexByte(stop, r.s[r.at]) < 0 {
		r.at++
	}
	r.take(start, r.at)
}

// plain reads a plain scalar. Where it ends depends on what is around it, so the length of its value is given.
func (r *scalarReader) plain(length int) {
	for left := length; left > 0 && r.at < len(r.s); left = length - len(r.value) {
		if yamlBlank(r.s[r.at]) || yamlBreak(r.s[r.at:]) > 0 {
			r.blanks(false)
		} else {
			r.word("", min(len(r.s), r.at+left))
		}
	}
}

func (r *scalarReader) quoted(quote byte) {
	r.at++
	r.last, r.end = r.at, r.from.Offset(r.at)
	stop := string(quote) + `\`
	if quote == '\'' {
		stop = `'`
	}
	for r.at < len(r.s) {
		switch c := r.s[r.at]; {
		case c == quote && quote == '\'' && strings.HasPrefix(r.s[r.at:], "''"):
			r.put("'", r.at, r.at+2)
			r.at += 2
		case c == quote:
			return
		case c == '\\' && quote == '"':
			r.escape()
		case yamlBlank(c) || yamlBreak(r.s[r.at:]) > 0:
			r.blanks(false)
		default:
			r.word(stop, len(r.s))
		}
	}
}

var yamlEscapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b", ' ': " ", '"': `"`, '\'': "'",
	'/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escape reads a backslash and what it escapes. What is no escape is an error to yaml, so it does not come here.
func (r *scalarReader) escape() {
	start := r.at
	r.at++
	if _, ok := r.lineEnd(); ok {
		r.blanks(true)
		return
	}
	if r.at == len(r.s) {
		return
	}
	c := r.s[r.at]
	r.at++
	value := yamlEscapes[c]
	if digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]; digits > 0 {
		r.at = min(len(r.s), r.at+digits)
		code, err := strconv.ParseUint(r.s[start+2:r.at], 16, 32)
		if err != nil {
			code = utf8.RuneError
		}
		value = string(rune(code))
	}
	r.put(value, start, r.at)
}

// block reads a literal or a folded scalar. Where its indentation is given as a number, that counts from what is around it, so it
// is taken from the value instead.
func (r *scalarReader) block(value string) {
	header := r.s[r.at:yamlLineEnd(r.s, r.at)]
	if header == "" {
		return
	}
	chomping, _, _ := strings.Cut(header, " ")
	r.at += len(header)
	r.lineEnd()
	r.last, r.end = r.at, r.from.Offset(r.at)
	indent, ok := r.indentation(value)
	if !ok {
		return
	}
	breaks, more := r.breaks(indent)
	var last lineEnd
	wasBlank := true // nothing is folded before the first line
	for more {
		blank := yamlBlank(r.s[r.at])
		if header[0] == '>' && !blank && !wasBlank {
			r.fold(last, breaks)
		} else {
			r.keep(last)
			r.keep(breaks...)
		}
		wasBlank = blank
		start := r.at
		r.at = yamlLineEnd(r.s, r.at)
		r.take(start, r.at)
		last, _ = r.lineEnd()
		breaks, more = r.breaks(indent)
	}
	if !strings.Contains(chomping, "-") {
		r.keep(last)
	}
	if strings.Contains(chomping, "+") {
		r.keep(breaks...)
	}
}

// indentation returns how many spaces are no part of the lines of a block: those by which its first line is longer than the first
// line of the value.
func (r *scalarReader) indentation(value string) (indent int, ok bool) {
	at := r.at
	for n := yamlBreak(value); n > 0; n = yamlBreak(value) {
		at += spaces(r.s[at:])
		n := yamlBreak(r.s[at:])
		at, value = at+n, value[yamlBreak(value):]
	}
	if value == "" {
		return 1 << 30, true
	}
	indent = spaces(r.s[at:]) - spaces(value)
	return indent, indent >= 0
}

func spaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// breaks reads empty lines and the indentation of the line behind them, and reports whether that is one of the block.
func (r *scalarReader) breaks(indent int) (list []lineEnd, more bool) {
	for {
		start := r.at
		r.at += min(indent, spaces(r.s[r.at:]))
		l, ok := r.lineEnd()
		if !ok {
			return list, r.at < len(r.s) && r.at-start == indent
		}
		list = append(list, l)
	}
}
