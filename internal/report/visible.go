package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidden reports whether a rune is shown as an escape: controls, what turns the direction of text, what has no look of
// its own. The two joiners stay, since emoji and several scripts are written with them.
func hidden(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r&0xfffe == 0xfffe || 0xfdd0 <= r && r <= 0xfdef
}

// escape returns how a hidden rune, or a byte that is no UTF-8, is shown.
func escape(s string, r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf(`\x%02x`, s[0])
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// Visible returns a text on one line in which everything can be seen, as escapes that Go and Python share.
func Visible(s string) string {
	return show(s, hidden)
}

// visibleLines does the same but keeps line ends, as "\n".
func visibleLines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return show(s, func(r rune) bool { return r != '\n' && hidden(r) })
}

func show(s string, hide func(rune) bool) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 || hide(r) {
			b.WriteString(escape(s, r, size))
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}
