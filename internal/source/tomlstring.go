package source

import (
	"strconv"
	"strings"
)

// stringText decodes a string or a key, which go-toml has found to be valid.
func (r *tomlReader) stringText(start, end int) Text {
	s := r.text.value[start:end]
	quotes := 0
	switch {
	case strings.HasPrefix(s, `"""`) || strings.HasPrefix(s, `'''`):
		quotes = 3
	case s != "" && (s[0] == '"' || s[0] == '\''):
		quotes = 1
	}
	start, end = start+quotes, end-quotes
	if quotes == 3 {
		start += len(lineBreak(r.text.value[start:end]))
	}
	b := newBuilder(r.text, start)
	for at := start; at < end; {
		rest := r.text.value[at:end]
		switch {
		case rest[0] == '\\' && quotes > 0 && s[0] == '"':
			value, length := tomlEscape(rest)
			b.put(value, at, at+length)
			at += length
		case strings.HasPrefix(rest, "\r\n"):
			b.put("\n", at, at+2)
			at += 2
		default:
			length := 1 + len(untilAny(rest[1:], "\\\r"))
			b.take(at, at+length)
			at += length
		}
	}
	return b.text()
}

// untilBreak returns the first line of a text without its ending.
func untilBreak(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// untilAny returns what a text has before the first of some bytes.
func untilAny(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
}

// lineBreak returns the line break that a text begins with, if any.
func lineBreak(s string) string {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return s[:2]
	case strings.HasPrefix(s, "\n"):
		return s[:1]
	}
	return ""
}

var tomlEscapes = map[byte]string{'b': "\b", 't': "\t", 'n': "\n", 'f': "\f", 'r': "\r", 'e': "\x1b", '"': `"`, '\\': `\`}

// tomlEscape returns what an escape stands for, and its length.
func tomlEscape(s string) (value string, length int) {
	if value, ok := tomlEscapes[s[1]]; ok {
		return value, 2
	}
	if digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]; digits > 0 {
		code, err := strconv.ParseUint(s[2:2+digits], 16, 32)
		if err != nil {
			panic(err) // go-toml has read them
		}
		return string(rune(code)), 2 + digits
	}
	return "", len(s) - len(strings.TrimLeft(s[1:], " \t\r\n"))
}
