// Package source reads texts that belong to somebody else, keeps the byte position of everything it finds there,
// and changes them by the smallest edits: whatever an edit does not name stays as it is, byte for byte.
package source

import (
	"bytes"
	"slices"

	"policygen/internal/finding"
)

// An Edit replaces the bytes from Start up to End of a text by Text.
type Edit struct {
	Start, End int
	Text       string
}

// Apply returns a text with edits made in it, in whatever order they come. The text itself stays as it is.
// Edits that overlap or leave the text are a bug of the caller, so they panic.
func Apply(text []byte, edits ...Edit) []byte {
	sorted := slices.SortedFunc(slices.Values(edits), func(a, b Edit) int { return a.Start - b.Start })
	var out bytes.Buffer
	at := 0
	for _, e := range sorted {
		if e.Start < at || e.End < e.Start || e.End > len(text) {
			panic("edits that overlap or leave the text")
		}
		out.Write(text[at:e.Start])
		out.WriteString(e.Text)
		at = e.End
	}
	out.Write(text[at:])
	return out.Bytes()
}

// A Problem is something that keeps a text from being understood.
type Problem struct {
	finding.Position
	// What is there, as a phrase that follows "there is" and names every place that matters:
	// `a second "# policygen:begin pins" at 14:1 (the first at 3:1)`.
	What string
	Help string // what to do about it
}

// Error returns "file:line:col: there is …" and the help on a line of its own.
func (p *Problem) Error() string {
	return p.Position.String() + ": there is " + p.What + "\n    help: " + p.Help
}

// bom is the byte order mark that some editors put before UTF-8. It is no part of the first line.
const bom = "\ufeff"

// A line is one line of a text.
type line struct {
	number     int // counted from 1
	start, end int // offsets of its first byte and of the one after its line ending
	text       string
}

// lines splits a text. What follows the last line ending is a line only if it is not empty.
func lines(text []byte) []line {
	at := 0
	if bytes.HasPrefix(text, []byte(bom)) {
		at = len(bom)
	}
	var list []line
	for raw := range bytes.Lines(text[at:]) {
		list = append(list, line{len(list) + 1, at, at + len(raw), string(bytes.TrimRight(raw, "\r\n"))})
		at += len(raw)
	}
	return list
}
