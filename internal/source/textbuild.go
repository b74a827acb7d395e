package source

import (
	"strings"
	"unicode/utf8"
)

// A builder makes a Text out of pieces of another one, in the order in which they are taken.
type builder struct {
	from  Text
	value []byte
	spans []span
	end   int
	last  int // where in from the last piece ended
}

// newBuilder returns a builder whose text stands at a place of from for as long as it is empty.
func newBuilder(from Text, at int) *builder {
	return &builder{from: from, end: from.Offset(at), last: at}
}

// take appends the bytes from start up to end as they are.
func (b *builder) take(start, end int) {
	if start >= end {
		return
	}
	for i := b.from.spanOf(start); i < len(b.from.spans) && b.from.spans[i].start < end; i++ {
		s := b.from.spans[i]
		first := max(start, s.start)
		if !s.fixed {
			s.offset += first - s.start
		}
		b.span(span{len(b.value) + first - start, s.offset, s.fixed})
	}
	b.value = append(b.value, b.from.value[start:end]...)
	b.end, b.last = b.from.endOf(end), end
}

// put appends a value that is not there as it is; it stands for the bytes from start up to end, and all of it stands at start.
func (b *builder) put(value string, start, end int) {
	if value == "" {
		return
	}
	if b.from.value[start:end] == value {
		b.take(start, end)
		return
	}
	b.spans = append(b.spans, span{len(b.value), b.from.Offset(start), true})
	b.value = append(b.value, value...)
	b.end, b.last = b.from.endOf(end), end
}

// span adds a span unless it only goes on with the one before.
func (b *builder) span(s span) {
	if n := len(b.spans); n > 0 && !s.fixed && !b.spans[n-1].fixed && b.spans[n-1].offset+s.start-b.spans[n-1].start == s.offset {
		return
	}
	b.spans = append(b.spans, s)
}

func (b *builder) text() Text {
	return Text{file: b.from.file, value: string(b.value), spans: b.spans, end: b.end}
}

// endOf returns the offset in the file of what follows the byte before end.
func (t Text) endOf(end int) int {
	if end == 0 || end >= len(t.value) || t.spans[t.spanOf(end-1)].fixed {
		return t.Offset(end)
	}
	return t.Offset(end-1) + 1
}

// trim returns the text without what is space at its two ends.
func (t Text) trim(space func(rune) bool) Text {
	start := len(t.value) - len(strings.TrimLeftFunc(t.value, space))
	return t.Slice(start, max(start, len(strings.TrimRightFunc(t.value, space))))
}

// problem returns a Problem at a byte of the text.
func (t Text) problem(at int, what, help string) *Problem {
	return &Problem{Position: t.At(at), What: what, Help: help}
}

// notUTF8 returns the first byte that is not UTF-8 as a Problem, or nil.
func (t Text) notUTF8() *Problem {
	if utf8.ValidString(t.value) {
		return nil
	}
	for i, r := range t.value {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(t.value[i:]); size == 1 {
			return t.problem(i, "a byte that is not UTF-8", "save the file as UTF-8")
		}
	}
	return nil
}
