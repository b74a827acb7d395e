package source

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// A Block is a part of a text that stands between two markers, lines of their own that give it a name:
// "# policygen:begin NAME" and "# policygen:end NAME", after blanks if need be, or in Markdown, at the very beginning
// of a line, "<!-- policygen:begin NAME -->" and "<!-- policygen:end NAME -->". It is whole lines.
type Block struct {
	Name       string
	Begin, End finding.Position // of the markers

	raw                  string
	start, end           int // of what is between the markers
	outerStart, outerEnd int // with the lines of the markers
	ending               string
}

// Text returns what stands between the markers, with LF as line ending.
func (b Block) Text() string { return unixLines(b.raw) }

// Replace returns the edit that puts another text between the markers, in the line ending of the marker before it.
// A last line without an ending gets one. Where only line endings tell the texts apart, nothing changes.
func (b Block) Replace(text string) Edit {
	text = unixLines(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if text == b.Text() {
		return Edit{b.start, b.end, b.raw}
	}
	return Edit{b.start, b.end, strings.ReplaceAll(text, "\n", b.ending)}
}

// Remove returns the edit that takes out the block and its markers.
func (b Block) Remove() Edit { return Edit{b.outerStart, b.outerEnd, ""} }

// unixLines makes every line ending LF, so that what it returns is the same after any conversion of line endings.
func unixLines(text string) string {
	for strings.Contains(text, "\r\n") {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return text
}

// Markers returns the two lines, without line endings, that a block has in a file with the given name.
func Markers(file, name string) (begin, end string) {
	s := syntaxOf(file)
	return s.marker("begin", name), s.marker("end", name)
}

// Blocks returns the blocks of a text in their order, and what is wrong with its markers, by position. The name of the file tells
// the form of the markers: Markdown for .md and .markdown, lines that begin with "#" for all else. In Markdown what
// looks like a marker in code is none. Where there are problems the blocks are those that have none.
func Blocks(file string, text []byte) ([]Block, []*Problem) {
	f := blockFinder{file: file, syntax: syntaxOf(file), text: text}
	f.scan()
	f.pair()
	f.unnest()
	slices.SortFunc(f.problems, func(a, b *Problem) int { return a.Position.Compare(b.Position) })
	return f.blocks, f.problems
}

// A syntax is the form that markers have in a kind of file.
type syntax struct {
	marker  func(word, name string) string
	pattern *regexp.Regexp // of a whole line
	alike   *regexp.Regexp // of what was most likely meant to be a marker
	place   string         // where a marker may stand, for help
	lines   func(text []byte) (candidates, misplaced []line)
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

var hash = syntax{
	marker:  func(word, name string) string { return "# policygen:" + word + " " + name },
	pattern: regexp.MustCompile(`^[ \t]*# policygen:(begin|end) (\S+)[ \t]*$`),
	alike:   regexp.MustCompile(`(?i)^[ \t]*(#|;|//|<!--)[#;/ \t]*policygen[ \t]*:[ \t]*(begin|end)\b`),
	place:   "alone on its line",
	lines:   func(text []byte) (candidates, misplaced []line) { return lines(text), nil },
}

func syntaxOf(file string) syntax {
	switch strings.ToLower(path.Ext(file)) {
	case ".md", ".markdown":
		return markdown
	}
	return hash
}

// A marker is one line that begins or ends a block.
type marker struct {
	line
	finding.Position
	word, name string
}

// A blockFinder holds what is known so far about the blocks of a text.
type blockFinder struct {
	file     string
	syntax   syntax
	text     []byte
	markers  []marker
	blocks   []Block
	problems []*Problem
}

func (f *blockFinder) problem(at finding.Position, help, format string, args ...any) {
	f.problems = append(f.problems, &Problem{at, fmt.Sprintf(format, args...), help})
}

// scan finds the markers, and what may have been meant to be one.
func (f *blockFinder) scan() {
	candidates, misplaced := f.syntax.lines(f.text)
	for _, l := range candidates {
		at := f.position(l)
		switch m := f.syntax.pattern.FindStringSubmatch(l.text); {
		case m == nil && f.syntax.alike.MatchString(l.text):
			misplaced = append(misplaced, l)
		case m == nil:
		case !namePattern.MatchString(m[2]):
			f.problem(at, "a name is lower-case letters, digits, \".\", \"_\" and \"-\", starting with a letter or a digit",
				"a marker with the name %q at %s", m[2], place(at))
		default:
			f.markers = append(f.markers, marker{l, at, m[1], m[2]})
		}
	}
	for _, l := range misplaced {
		at := f.position(l)
		f.problem(at, fmt.Sprintf("a marker is %q or %q, %s", f.syntax.marker("begin", "NAME"), f.syntax.marker("end", "NAME"), f.syntax.place),
			"a line that looks like a marker but is none at %s", place(at))
	}
}

// position returns the place of the first character of a line that is no blank.
func (f *blockFinder) position(l line) finding.Position {
	blanks := len(l.text) - len(strings.TrimLeft(l.text, " \t"))
	return finding.Position{File: f.file, Line: l.number, Column: 1 + blanks}
}

func place(p finding.Position) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// pair makes blocks of the markers that are there exactly once and in order.
func (f *blockFinder) pair() {
	byName := map[string][2][]marker{}
	for _, m := range f.markers {
		pair := byName[m.name]
		if m.word == "begin" {
			pair[0] = append(pair[0], m)
		} else {
			pair[1] = append(pair[1], m)
		}
		byName[m.name] = pair
	}
	for name, pair := range byName {
		f.pairOf(name, pair[0], pair[1])
	}
	slices.SortFunc(f.blocks, func(a, b Block) int { return cmp.Compare(a.start, b.start) })
}

func (f *blockFinder) pairOf(name string, begins, ends []marker) {
	begin, end := f.syntax.marker("begin", name), f.syntax.marker("end", name)
	switch {
	case len(begins) == 0:
		f.problem(ends[0].Position, fmt.Sprintf("put %q on a line of its own where the block begins", begin),
			"no line %q before the end of that block at %s", begin, place(ends[0].Position))
	case len(ends) == 0:
		f.problem(begins[0].Position, fmt.Sprintf("put %q on a line of its own where the block ends", end),
			"no line %q after the beginning of that block at %s", end, place(begins[0].Position))
	case len(begins) == 1 && len(ends) == 1 && begins[0].start > ends[0].start:
		f.problem(ends[0].Position, "exchange the two lines", "a line %q at %s before %q at %s",
			end, place(ends[0].Position), begin, place(begins[0].Position))
	case len(begins) == 1 && len(ends) == 1:
		f.blocks = append(f.blocks, f.block(begins[0], ends[0]))
	}
	f.doubled(begins)
	f.doubled(ends)
}

func (f *blockFinder) doubled(markers []marker) {
	for i, m := range markers {
		if i > 0 {
			f.problem(m.Position, "keep one block of each name", "a second %q at %s (the first at %s)",
				f.syntax.marker(m.word, m.name), place(m.Position), place(markers[0].Position))
		}
	}
}

func (f *blockFinder) block(begin, end marker) Block {
	b := Block{
		Name: begin.name, Begin: begin.Position, End: end.Position, raw: string(f.text[begin.end:end.start]),
		start: begin.end, end: end.start, outerStart: begin.start, outerEnd: end.end, ending: "\n",
	}
	if bytes.HasSuffix(f.text[:begin.end], []byte("\r\n")) {
		b.ending = "\r\n"
	}
	return b
}

// unnest takes out the blocks that begin inside another.
func (f *blockFinder) unnest() {
	var apart []Block
	for _, b := range f.blocks {
		if len(apart) > 0 && b.outerStart < apart[len(apart)-1].outerEnd {
			outer := apart[len(apart)-1]
			f.problem(b.Begin, "end one block before the next begins", "a block %q that begins at %s, inside the block %q of %s",
				b.Name, place(b.Begin), outer.Name, place(outer.Begin))
			continue
		}
		apart = append(apart, b)
	}
	f.blocks = apart
}
