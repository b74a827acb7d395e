package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabStop is how far apart the stops are that a tab of a source line moves to.
const tabStop = 4

// lineWidth is how many columns of a source line are shown. A longer line is cut around what the finding is about.
const lineWidth = 120

// A cell is what a terminal shows in one place: a character with what combines with it, a tab, an escape.
type cell struct {
	text  string
	width int // in columns of a terminal
	at    int // the first byte that it shows
}

// cells takes a line apart.
func cells(line string) []cell {
	var all []cell
	column, joined := 0, false
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRuneInString(line[at:])
		c := cell{line[at : at+size], width(r), at}
		switch {
		case r == '\t':
			c.width = tabStop - column%tabStop
			c.text = strings.Repeat(" ", c.width)
		case r == utf8.RuneError && size == 1 || hidden(r):
			c.text = escape(line[at:], r, size)
			c.width = len(c.text)
		}
		if last := len(all) - 1; last >= 0 && (c.width == 0 || joined) {
			all[last].text += c.text
		} else {
			all = append(all, c)
			column += c.width
		}
		joined = r == '\u200d'
		at += size
	}
	return all
}

// wide are the characters that terminals give two columns: those of East Asian width W and F in Unicode's
// EastAsianWidth.txt, in whole blocks where nearly all of a block are.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x231a, 0x231b, 1}, {0x2329, 0x232a, 1}, {0x23e9, 0x23ec, 1}, {0x23f0, 0x23f3, 3}, {0x25fd, 0x25fe, 1}, {0x2614, 0x2615, 1},
		{0x2648, 0x2653, 1}, {0x267f, 0x2693, 20}, {0x26a1, 0x26a1, 1}, {0x26aa, 0x26ab, 1}, {0x26bd, 0x26be, 1}, {0x26c4, 0x26c5, 1},
		{0x26ce, 0x26d4, 6}, {0x26ea, 0x26ea, 1}, {0x26f2, 0x26f3, 1}, {0x26f5, 0x26fa, 5}, {0x26fd, 0x26fd, 1}, {0x2705, 0x2705, 1},
		{0x270a, 0x270b, 1}, {0x2728, 0x2728, 1}, {0x274c, 0x274e, 2}, {0x2753, 0x2755, 1}, {0x2757, 0x2757, 1}, {0x2795, 0x2797, 1},
		{0x27b0, 0x27bf, 15}, {0x2b1b, 0x2b1c, 1}, {0x2b50, 0x2b55, 5}, {0x2e80, 0x303e, 1}, {0x3041, 0x3247, 1}, {0x3250, 0x33ff, 1}, {0x3400, 0x4dbf, 1},
		{0x4e00, 0xa4cf, 1}, {0xa960, 0xa97f, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe10, 0xfe19, 1}, {0xfe30, 0xfe6f, 1}, {0xff01, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18d08, 1}, {0x1aff0, 0x1b2ff, 1}, {0x1f004, 0x1f004, 1}, {0x1f0cf, 0x1f0cf, 1}, {0x1f18e, 0x1f18e, 1},
		{0x1f191, 0x1f19a, 1}, {0x1f200, 0x1f320, 1}, {0x1f32d, 0x1f335, 1}, {0x1f337, 0x1f37c, 1}, {0x1f37e, 0x1f393, 1},
		{0x1f3a0, 0x1f3ca, 1}, {0x1f3cf, 0x1f3d3, 1}, {0x1f3e0, 0x1f3f0, 1}, {0x1f3f4, 0x1f3f4, 1}, {0x1f3f8, 0x1f43e, 1},
		{0x1f440, 0x1f440, 1}, {0x1f442, 0x1f4fc, 1}, {0x1f4ff, 0x1f53d, 1}, {0x1f54b, 0x1f54e, 1}, {0x1f550, 0x1f567, 1},
		{0x1f57a, 0x1f57a, 1}, {0x1f595, 0x1f596, 1}, {0x1f5a4, 0x1f5a4, 1}, {0x1f5fb, 0x1f64f, 1}, {0x1f680, 0x1f6c5, 1},
		{0x1f6cc, 0x1f6cc, 1}, {0x1f6d0, 0x1f6d2, 1}, {0x1f6d5, 0x1f6df, 1}, {0x1f6eb, 0x1f6ec, 1}, {0x1f6f4, 0x1f6fc, 1},
		{0x1f7e0, 0x1f7f0, 1}, {0x1f90c, 0x1f93a, 1}, {0x1f93c, 0x1f945, 1}, {0x1f947, 0x1f9ff, 1}, {0x1fa70, 0x1faff, 1},
		{0x20000, 0x2fffd, 1}, {0x30000, 0x3fffd, 1},
	},
}

// width returns how many columns of a terminal a rune takes.
func width(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200c' || r == '\u200d' || 0x1f3fb <= r && r <= 0x1f3ff:
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// excerpt returns the part of a line that is shown and the marks to go below it: a caret where the part from start up
// to end begins, tildes below the rest of it. Both offsets are in bytes.
func excerpt(line string, start, end int) (shown, marks string) {
	skipped := near(line, start)
	line = line[skipped:]
	start, end = start-skipped, end-skipped
	all := cells(line[:min(len(line), start+reach)])
	first := len(all)
	for i, c := range all {
		if c.at <= start && (i+1 == len(all) || all[i+1].at > start) && start < len(line) {
			first = i
		}
	}
	from, to := window(all, first)
	var text, below strings.Builder
	if skipped+from > 0 {
		text.WriteString("…")
		below.WriteString(" ")
	}
	for i, c := range all[from:to] {
		text.WriteString(c.text)
		below.WriteString(mark(c, from+i-first, end))
	}
	if first == len(all) {
		below.WriteString("^")
	}
	if to < len(all) {
		text.WriteString("…")
	}
	return strings.TrimRight(text.String(), " "), strings.TrimRight(below.String(), " ")
}

// reach is how many bytes of a line are looked at on each side of what is shown: more than enough, and little beside the
// lines of megabytes that some files have.
const reach = 16 * lineWidth

// near returns the offset of a character at most [reach] before start, or 0.
func near(line string, start int) int {
	at := max(start-reach, 0)
	for at > 0 && at < start && !utf8.RuneStart(line[at]) {
		at++
	}
	return at
}

// mark returns what stands below a cell that is so many after the first one marked.
func mark(c cell, after, end int) string {
	switch {
	case after == 0:
		return "^" + strings.Repeat("~", max(c.width-1, 0))
	case after > 0 && c.at < end:
		return strings.Repeat("~", c.width)
	}
	return strings.Repeat(" ", c.width)
}

// window returns which cells are shown, at most [lineWidth] columns of them: from the beginning of the line where the
// first one marked and a third more fits, else with a third before it.
func window(all []cell, first int) (from, to int) {
	before := 0
	for _, c := range all[:first] {
		before += c.width
	}
	if before > lineWidth*2/3 {
		from = first
		for room := lineWidth / 3; from > 0 && room >= all[from-1].width; from-- {
			room -= all[from-1].width
		}
	}
	to = from
	for room := lineWidth; to < len(all) && room >= all[to].width; to++ {
		room -= all[to].width
	}
	return from, to
}
