package source

import (
	"strconv"
	"strings"
)

// comment reads a comment. On a line of its own right below another such line it goes on with that one.
func (r *pythonReader) comment() {
	start := r.at
	end := start + len(untilBreak(r.s[start:]))
	next := min(len(r.s), end+1)
	line := strings.LastIndexByte(r.s[:start], '\n') + 1
	alone := strings.TrimLeft(r.s[line:start], " \t") == ""
	r.at = end
	if start == 0 && strings.HasPrefix(r.s, "#!") {
		return
	}
	if r.comments == nil || !alone || line != r.commentAt {
		r.endComments()
		r.comments = newBuilder(r.text, min(end, start+1))
	}
	words := start + 1
	if strings.HasPrefix(r.s[words:end], " ") {
		words++
	}
	r.comments.line(words, next)
	r.commentAt = -1
	if alone {
		r.commentAt = next
	}
}

func (r *pythonReader) endComments() {
	if r.comments != nil {
		r.Comments = append(r.Comments, r.comments.text())
	}
	r.comments = nil
}

// literal reads a string with its prefix. It goes on with the one before if only space is between them.
func (r *pythonReader) literal(prefix string) {
	start := r.at
	l := pythonLiteral{reader: r, prefix: strings.ToLower(prefix)}
	r.at += len(prefix)
	l.quote = r.s[r.at : r.at+1]
	if strings.HasPrefix(r.s[r.at+1:], l.quote+l.quote) {
		l.quote = strings.Repeat(l.quote, 3)
	}
	r.at += len(l.quote)
	l.builder = newBuilder(r.text, r.at)
	l.read()
	if r.string != nil {
		r.string.Parts, r.string.End = append(r.string.Parts, l.parts...), r.text.At(r.at)
		r.stack[len(r.stack)-1].end = r.at
		return
	}
	r.string = &PythonString{Parts: l.parts, Pos: r.text.At(start), End: r.text.At(r.at)}
	r.Strings = append(r.Strings, r.string)
	if top := r.part(start, r.at); top.parts == 1 {
		top.arg.String = r.string
	}
	r.chain, r.operand, r.define = "", true, false
}

// A pythonLiteral decodes one string.
type pythonLiteral struct {
	reader  *pythonReader
	prefix  string
	quote   string
	builder *builder
	parts   []PythonPart
}

// read reads up to and with the closing quote. A string that is not closed ends with its line, one of three quotes with the text.
func (l *pythonLiteral) read() {
	r := l.reader
	format := strings.ContainsAny(l.prefix, "ft")
	for r.at < len(r.s) && !strings.HasPrefix(r.s[r.at:], l.quote) {
		switch c := r.s[r.at]; {
		case (c == '\n' || c == '\r') && len(l.quote) == 1:
			l.end()
			return
		case c == '\r':
			n := max(1, len(lineBreak(r.s[r.at:])))
			l.builder.put("\n", r.at, r.at+n)
			r.at += n
		case c == '\\':
			l.backslash()
		case format && (c == '{' || c == '}'):
			l.brace(c)
		default:
			n := 1 + len(untilAny(r.s[r.at+1:], "\"'\\\r\n{}"))
			l.builder.take(r.at, r.at+n)
			r.at += n
		}
	}
	l.end()
	r.at = min(len(r.s), r.at+len(l.quote))
}

// end ends the part that is being read.
func (l *pythonLiteral) end() {
	if text := l.builder.text(); text.Len() > 0 || len(l.parts) == 0 {
		l.parts = append(l.parts, PythonPart{Text: text})
	}
}

func (l *pythonLiteral) brace(c byte) {
	r := l.reader
	if strings.HasPrefix(r.s[r.at+1:], string(c)) {
		l.builder.put(string(c), r.at, r.at+2)
		r.at += 2
		return
	}
	if c == '}' { // on its own it is an error
		l.builder.take(r.at, r.at+1)
		r.at++
		return
	}
	l.end()
	start := r.at + 1
	l.field()
	l.parts = append(l.parts, PythonPart{Text: r.text.Slice(start, r.at), Field: true})
	if r.at < len(r.s) && r.s[r.at] == '}' {
		r.at++
	}
	l.builder = newBuilder(r.text, r.at)
}

// field reads up to the brace that closes a field, over the strings and brackets in it.
func (l *pythonLiteral) field() {
	r := l.reader
	depth := 0
	for r.at++; r.at < len(r.s); r.at++ {
		switch c := r.s[r.at]; {
		case c == '\n' && len(l.quote) == 1, len(l.quote) == 3 && strings.HasPrefix(r.s[r.at:], l.quote):
			return
		case c == '}' && depth == 0:
			return
		case c == '"' || c == '\'':
			i := strings.IndexAny(r.s[r.at+1:], string(c)+"\n")
			if i < 0 || r.s[r.at+1+i] == '\n' {
				return // what looked like a field is broken
			}
			r.at += i + 1
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
	}
}

var pythonEscapes = map[byte]string{
	'\\': `\`, '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '\n': "",
}

// backslash reads an escape, or in a raw string a backslash and what is behind it.
func (l *pythonLiteral) backslash() {
	r := l.reader
	start := r.at
	rest := r.s[start:min(len(r.s), start+12)]
	value, length := rest[:min(2, len(rest))], min(2, len(rest))
	if name := characterName(r.s[start:]); name > 0 && !strings.ContainsAny(l.prefix, "rb") {
		l.builder.put("\ufffd", start, start+name)
		r.at += name
		return
	}
	if strings.HasPrefix(rest, "\\\r\n") {
		value, length = "\\\n", 3
	}
	if !strings.Contains(l.prefix, "r") && len(rest) > 1 {
		value, length = pythonEscape(rest, value, length, strings.Contains(l.prefix, "b"))
	}
	if length == 2 && value == rest[:2] && value[1] >= 0x80 {
		value, length = value[:1], 1 // no escape: the character behind it has more bytes
	}
	if value == r.s[start:start+length] && (strings.HasPrefix(value, `\{`) || strings.HasPrefix(value, `\}`)) {
		value, length = value[:1], 1 // the brace may belong to a field
	}
	l.builder.put(value, start, start+length)
	r.at += length
}

// characterName returns the length of an escape such as \N{EM DASH}, or 0. Which character that is nobody here knows.
func characterName(s string) int {
	if !strings.HasPrefix(s, `\N{`) {
		return 0
	}
	return strings.IndexByte(untilAny(s[:min(len(s), 100)], "\r\n\"'"), '}') + 1
}

// pythonEscape returns what an escape stands for and its length; those given where it is none.
func pythonEscape(s, plain string, length int, bytes bool) (string, int) {
	c := s[1]
	switch {
	case length == 3:
		return "", 3
	case c >= '0' && c <= '7':
		n := 2
		for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		return codePoint(s[1:n], 8), n
	}
	if value, ok := pythonEscapes[c]; ok {
		return value, 2
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits == 0 || bytes && c != 'x' || len(s) < 2+digits {
		return plain, length
	}
	if value := codePoint(s[2:2+digits], 16); value != "" {
		return value, 2 + digits
	}
	return plain, length
}

// codePoint returns the character of a number, "" where it is none.
func codePoint(digits string, base int) string {
	code, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return ""
	}
	return string(rune(code))
}
