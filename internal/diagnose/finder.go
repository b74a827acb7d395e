package diagnose

import (
	"bytes"
	"slices"
)

// A finder looks for many texts in one pass over a line. It looks at each pair of bytes and only where one begins the rarest part
// of some text any further, so that ordinary lines cost about a nanosecond a byte.
type finder struct {
	pairs   [1 << 16 / 64]uint64 // which pairs begin anything
	bucket  [1 << 16]uint8       // where their needles are
	needles [][]needle
	every   []int // those without a text to look for: they are in every line
}

type needle struct {
	text   []byte
	offset int // of the pair in the text
	number int
}

// newFinder makes a finder of texts, which are known by their numbers. A text of less than two bytes is in every line.
func newFinder(texts [][]byte) *finder {
	f := &finder{needles: make([][]needle, 1)}
	for number, text := range texts {
		if len(text) < 2 {
			f.every = append(f.every, number)
			continue
		}
		offset := rarestPair(text)
		pair := uint16(text[offset])<<8 | uint16(text[offset+1])
		if f.bucket[pair] == 0 && len(f.needles) < 255 {
			f.bucket[pair] = uint8(len(f.needles))
			f.needles = append(f.needles, nil)
		} else if f.bucket[pair] == 0 {
			f.every = append(f.every, number)
			continue
		}
		f.pairs[pair/64] |= 1 << (pair % 64)
		f.needles[f.bucket[pair]] = append(f.needles[f.bucket[pair]], needle{text, offset, number})
	}
	return f
}

// find appends the numbers of the texts that are in the line, each once, in their order.
func (f *finder) find(line []byte, hits []int) []int {
	hits = append(hits, f.every...)
	if len(line) < 2 {
		return hits
	}
	pair := uint16(line[0])
	for i, b := range line[1:] {
		pair = pair<<8 | uint16(b)
		if f.pairs[pair/64]&(1<<(pair%64)) != 0 {
			hits = f.at(line, i, pair, hits)
		}
	}
	if len(hits) > 1 {
		slices.Sort(hits)
	}
	return hits
}

// at compares the texts whose pair is at i.
func (f *finder) at(line []byte, i int, pair uint16, hits []int) []int {
	for _, n := range f.needles[f.bucket[pair]] {
		if i >= n.offset && bytes.HasPrefix(line[i-n.offset:], n.text) && !slices.Contains(hits, n.number) {
			hits = append(hits, n.number)
		}
	}
	return hits
}

// rarestPair returns where the pair of bytes stands that is least frequent in logs: best none of lower-case letters, spaces and digits.
func rarestPair(text []byte) int {
	best, lowest := 0, 100
	for i := range len(text) - 1 {
		if c := commonness(text[i]) * commonness(text[i+1]); c < lowest {
			best, lowest = i, c
		}
	}
	return best
}

func commonness(b byte) int {
	switch {
	case b == 'w', b == 'k', b == 'x', b == 'z', b == 'q', b == 'j', b == 'y', b == 'v':
		return 2
	case b >= 'a' && b <= 'z', b == ' ', b == '_', b == '.', b == '/', b == '=', b == ':':
		return 4
	case isDigit(b), b == '-', b == '[', b == ']', b == '"', b == ',':
		return 3
	}
	return 1
}
