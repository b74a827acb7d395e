package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"policygen/internal/finding"
)

const bom = "\ufeff"

// sources hands out the files that findings name, each read once.
type sources struct {
	read  func(file string) ([]byte, bool)
	files map[string]*document
}

// A document is the text of a file in lines without their ends. A byte order mark is no part of them.
type document struct {
	content []byte
	lines   []string
	hashes  []string // see lineHashes; made when the first one is asked for
}

// file returns a document, or nil where nobody knows the text.
func (s sources) file(name string) *document {
	if doc, known := s.files[name]; known || s.read == nil || name == "" {
		return doc
	}
	var doc *document
	if content, ok := s.read(name); ok {
		doc = &document{content: content, lines: strings.Split(strings.TrimPrefix(string(content), bom), "\n")}
	}
	s.files[name] = doc
	return doc
}

// line returns a line, counted from 1.
func (d *document) line(n int) (string, bool) {
	if d == nil || n < 1 || n > len(d.lines) {
		return "", false
	}
	return strings.TrimSuffix(d.lines[n-1], "\r"), true
}

// at returns the position of a byte of the file, counted from 0, byte order mark included.
func (d *document) at(offset int) (line, column int, ok bool) {
	if offset < 0 || offset > len(d.content) {
		return 0, 0, false
	}
	before := d.content[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	column = offset - start + 1
	if start == 0 && bytes.HasPrefix(d.content, []byte(bom)) {
		column = max(column-len(bom), 1)
	}
	return bytes.Count(before, []byte("\n")) + 1, column, true
}

// A point is a place in a line whose text is known or not.
type point struct {
	line   int // from 1; 0 for the file as a whole
	column int // in bytes, from 1; 0 for the line as a whole
	text   string
	known  bool
}

// point looks a position up. What can't be in the file is moved to the nearest place that can.
func (s sources) point(p finding.Position) point {
	if p.Line < 1 {
		return point{}
	}
	at := point{line: p.Line, column: max(p.Column, 0)}
	if at.text, at.known = s.file(p.File).line(p.Line); at.known && at.column > 0 {
		at.column = min(at.column, len(at.text)+1)
		for at.column <= len(at.text) && at.column > 1 && !utf8.RuneStart(at.text[at.column-1]) {
			at.column--
		}
	}
	return at
}

// in returns the column counted in units, each rune being as many as size says; 0 where that isn't known.
func (p point) in(size func(rune) int) int {
	if p.column == 0 || !p.known {
		return 0
	}
	n := 1
	for _, r := range p.text[:p.column-1] {
		n += size(r)
	}
	return n
}

// characters is the size of a rune where columns count code points.
func characters(rune) int { return 1 }

// utf16Units is the size of a rune where columns count code units of UTF-16.
func utf16Units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// A region is what a finding is about; the end is exclusive.
type region struct {
	start, end point
}

// region returns the region of a finding. Where the end isn't known it is after the first character, or after the line.
func (s sources) region(f finding.Finding) region {
	start := s.point(f.Position)
	if f.End.File == f.File && start.column > 0 {
		if end := s.point(f.End); end.column > 0 && (end.line > start.line || end.line == start.line && end.column > start.column) {
			return region{start, end}
		}
	}
	end := start
	if start.known {
		end.column = len(start.text) + 1
	}
	if start.column > 0 {
		end.column = start.column
		if start.known {
			_, size := utf8.DecodeRuneInString(start.text[start.column-1:])
			end.column += size
		}
	}
	return region{start, end}
}
