package report

import (
	"fmt"
	"unicode/utf16"
)

// blockSize and hashBase are the parameters of GitHub's line hash.
const (
	blockSize = 100
	hashBase  = 37
)

// lineHashes returns GitHub's primaryLocationLineHash of each line of a file. GitHub tells by it which alert a result
// belongs to when lines have moved. The algorithm is that of github/codeql-action, src/fingerprints.ts, as of v4: a
// polynomial over the first hundred UTF-16 units from the line's beginning on, blanks left out, every line end being one
// LF, 65535 standing for the end of the file and zeros behind it; then how often that value was seen up to here.
func lineHashes(content []byte) []string {
	units, starts := hashed(content)
	units = append(units, 0xffff)
	units = append(units, make([]uint16, blockSize)...)
	top := uint64(1)
	for range blockSize {
		top *= hashBase
	}
	hash := uint64(0)
	for _, u := range units[:blockSize] {
		hash = hash*hashBase + uint64(u)
	}
	hashes, seen, at := make([]string, len(starts)), map[uint64]int{}, 0
	for i, start := range starts {
		for ; at < start; at++ {
			hash = hash*hashBase + uint64(units[at+blockSize]) - top*uint64(units[at])
		}
		seen[hash]++
		hashes[i] = fmt.Sprintf("%x:%d", hash, seen[hash])
	}
	return hashes
}

// hashed returns the units that count, and where among them each line begins.
func hashed(content []byte) (units []uint16, starts []int) {
	starts = []int{0}
	afterCR := false
	for _, u := range utf16.Encode([]rune(string(content))) {
		skip := u == ' ' || u == '\t' || afterCR && u == '\n'
		afterCR = !skip && u == '\r'
		if skip {
			continue
		}
		if u == '\r' {
			u = '\n'
		}
		units = append(units, u)
		if u == '\n' {
			starts = append(starts, len(units))
		}
	}
	return units, starts
}

// lineHash returns the hash of a line; empty where it isn't known, or where the file has line ends that GitHub counts
// and we don't (a CR alone).
func (d *document) lineHash(line int) string {
	if _, ok := d.line(line); !ok {
		return ""
	}
	if d.hashes == nil {
		d.hashes = lineHashes(d.content)
	}
	if len(d.hashes) != len(d.lines) {
		return ""
	}
	return d.hashes[line-1]
}
