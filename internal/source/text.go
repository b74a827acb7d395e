package source

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"policygen/internal/finding"
)

// A Text is a piece of text that was taken out of a file and knows where each of its bytes stands there, whatever
// was stripped, joined or decoded on the way. The zero Text is empty and stands nowhere.
type Text struct {
	file  *file
	value string
	spans []span // by start, the first one at 0 unless the text is empty
	end   int    // offset in the file of what follows the last byte
}

// A file is what positions are told in.
type file struct {
	name  string
	lines []int // offset of the first byte of each line
}

// A span is bytes of a text that stand side by side in the file, or that all came out of the same place there.
type span struct {
	start  int // in the text
	offset int // in the file
	fixed  bool
}

// NewText returns the content of a file as a Text. A byte order mark is no part of it.
func NewText(name string, content []byte) Text {
	f := &file{name: name, lines: []int{0}}
	for i, c := range content {
		if c == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	start := 0
	if bytes.HasPrefix(content, []byte(bom)) {
		start = len(bom)
		f.lines[0] = start
	}
	return Text{file: f, value: string(content[start:]), spans: []span{{offset: start}}, end: len(content)}
}

// String returns the text itself.
func (t Text) String() string { return t.value }

// Len returns its length in bytes.
func (t Text) Len() int { return len(t.value) }

// Offset returns where a byte of the text stands in the file. With the length of the text it is the place after its last byte.
func (t Text) Offset(at int) int {
	if at >= len(t.value) {
		return t.end
	}
	s := t.spans[t.spanOf(at)]
	if s.fixed {
		return s.offset
	}
	return s.offset + at - s.start
}

// spanOf returns the index of the span that a byte is in.
func (t Text) spanOf(at int) int {
	return sort.Search(len(t.spans), func(i int) bool { return t.spans[i].start > at }) - 1
}

// At returns the position of a byte of the text; with its length, the position after its last byte.
// Where nothing is known it is the zero Position.
func (t Text) At(at int) finding.Position {
	if t.file == nil {
		return finding.Position{}
	}
	offset := t.Offset(at)
	line := sort.SearchInts(t.file.lines, offset+1) - 1
	line = max(line, 0)
	return finding.Position{File: t.file.name, Line: line + 1, Column: offset - t.file.lines[line] + 1}
}

// Slice returns the bytes from start up to end.
func (t Text) Slice(start, end int) Text {
	s := Text{file: t.file, value: t.value[start:end], end: t.Offset(end)}
	if start == end {
		s.end = t.Offset(start)
		return s
	}
	if last := t.Offset(end - 1); !t.spans[t.spanOf(end-1)].fixed {
		s.end = last + 1
	}
	for i := t.spanOf(start); i < len(t.spans) && t.spans[i].start < end; i++ {
		moved := t.spans[i]
		if moved.start < start {
			if !moved.fixed {
				moved.offset += start - moved.start
			}
			moved.start = start
		}
		moved.start -= start
		s.spans = append(s.spans, moved)
	}
	return s
}

// Literal returns a text that is not in the file, all of it standing where at begins; it can hold the place of an escape
// that was decoded, or join what stands in two places.
func Literal(value string, at Text) Text {
	if value == "" {
		return Text{file: at.file, end: at.Offset(0)}
	}
	return Text{file: at.file, value: value, spans: []span{{offset: at.Offset(0), fixed: true}}, end: at.end}
}

// JoinTexts returns texts of one file, one behind the other.
func JoinTexts(parts ...Text) Text {
	var joined Text
	var value strings.Builder
	for _, p := range parts {
		if joined.file == nil {
			joined.file, joined.end = p.file, p.end
		}
		if p.value == "" {
			continue
		}
		shift := value.Len()
		value.WriteString(p.value)
		for _, s := range p.spans {
			s.start += shift
			joined.spans = append(joined.spans, s)
		}
		joined.end = p.end
	}
	joined.value = value.String()
	return joined
}

// Lines returns the lines of the text without their endings. What follows the last ending is a line only if it is not empty.
func (t Text) Lines() []Text {
	var list []Text
	at := 0
	for raw := range strings.Lines(t.value) {
		list = append(list, t.Slice(at, at+len(strings.TrimRight(raw, "\r\n"))))
		at += len(raw)
	}
	return slices.Clip(list)
}

// TextAt returns a text all of which stands at one position: what was put together from elsewhere and is known by the place of
// its first byte alone.
func TextAt(value string, at finding.Position) Text {
	lines := make([]int, max(at.Line, 1))
	for i := range lines {
		lines[i] = i - len(lines) + 1 // so that offset 0 is in the last line
	}
	offset := max(at.Column-1, 0)
	return Text{file: &file{name: at.File, lines: lines}, value: value, spans: []span{{offset: offset, fixed: true}}, end: offset}
}
