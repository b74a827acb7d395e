package generate

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A sheet is a text made line by line, in a format whose comments begin with "#", with what each line follows from.
type sheet struct {
	text    bytes.Buffer
	origins [][]Origin
}

// commentWidth is the width of comments, in characters.
const commentWidth = 140

// line writes one line, without its end.
func (s *sheet) line(text string, from ...Origin) {
	s.text.WriteString(text + "\n")
	s.origins = append(s.origins, from)
}

// comment writes text as comment lines, broken between words where it is long, whatever is in it.
func (s *sheet) comment(text string, from ...Origin) {
	for _, line := range wrapped(oneLine(text), commentWidth-len("#   ")) {
		s.line(line, from...)
	}
}

// wrapped breaks text into comment lines of at most width characters beside their indentation, but for longer words. No line but the
// first begins with "policygen", so that none looks like a marker.
func wrapped(text string, width int) []string {
	var all []string
	indent, line := "# ", ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && !strings.HasPrefix(strings.ToLower(word), "policygen") &&
			utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			all = append(all, indent+line)
			indent, line = "#   ", ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(all, strings.TrimRight(indent+line, " "))
}
