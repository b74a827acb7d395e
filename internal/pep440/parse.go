package pep440

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// versionForm is what the error for a malformed version shows.
const versionForm = "[N!]N(.N)*[aN|bN|rcN][.postN][.devN][+local]"

// errNumber is wrapped by the errors for numbers that are too large.
var errNumber = errors.New("number is too large")

// Parse returns the version that text spells. It accepts what packaging accepts: all spellings that
// the specification's section "Normalization" names, a leading "v" and white space around the version.
//
// It refuses a number above 2^63-1 outside the local segment, which packaging does not.
func Parse(text string) (Version, error) {
	return parseVersion(strings.TrimFunc(text, isSpace))
}

// isSpace reports what Python's str.strip and \s take for white space: Unicode's notion, and the
// four information separators.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f'
}

// parseVersion is Parse without white space around the version.
func parseVersion(text string) (Version, error) {
	s := scanner{text: text}
	if isASCII(text) { // strings.ToLower turns some other letters into ASCII, the specification does not
		s.text = strings.ToLower(text)
	}
	v := s.version()
	switch {
	case s.err != nil:
		return Version{}, fmt.Errorf("version %q: %w", text, s.err)
	case v.release == nil:
		return Version{}, fmt.Errorf("version %q does not start with a number: versions look like %s", text, versionForm)
	case s.pos < len(s.text):
		return Version{}, fmt.Errorf("version %q: %q is unexpected: versions look like %s", text, text[s.pos:], versionForm)
	}
	return v, nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// A scanner reads the segments of one version, which is in lower case, from left to right.
// It stops at the first byte that continues no segment.
type scanner struct {
	text string
	pos  int
	err  error // the first number that is too large
}

// version reads one version. Its release is nil if there is none, which makes it no version.
func (s *scanner) version() Version {
	var v Version
	s.skip("v")
	if !s.digitAt(0) {
		return v
	}
	v.epoch, v.release = s.epochAndRelease()
	v.phase, v.pre = s.preSegment()
	v.post = s.postSegment()
	if s.word("dev") {
		v.dev = number(s.wordNumber())
	}
	v.local = s.localSegment()
	return v
}

func (s *scanner) epochAndRelease() (epoch int64, release []int64) {
	first := s.number()
	if s.peek("!") && s.digitAt(1) {
		s.pos++
		epoch, first = first, s.number()
	}
	release = append(make([]int64, 0, 4), first)
	for s.peek(".") && s.digitAt(1) {
		s.pos++
		release = append(release, s.number())
	}
	return epoch, release
}

func (s *scanner) preSegment() (phase, int64) {
	for _, p := range [...]struct {
		word  string // longer words come before their own beginnings
		phase phase
	}{
		{"alpha", alpha}, {"a", alpha}, {"beta", beta}, {"b", beta},
		{"preview", candidate}, {"pre", candidate}, {"c", candidate}, {"rc", candidate},
	} {
		if s.word(p.word) {
			return p.phase, s.wordNumber()
		}
	}
	return final, 0
}

func (s *scanner) postSegment() ordinal {
	if s.peek("-") && s.digitAt(1) {
		s.pos++
		return number(s.number())
	}
	for _, word := range [...]string{"post", "rev", "r"} {
		if s.word(word) {
			return number(s.wordNumber())
		}
	}
	return ordinal{}
}

// localSegment reads and normalises the local segment.
func (s *scanner) localSegment() string {
	if !s.peek("+") || !s.alphanumericAt(1) {
		return ""
	}
	var parts []string
	for more := true; more; more = s.peek(separators) && s.alphanumericAt(1) {
		s.pos++
		start := s.pos
		for s.alphanumericAt(0) {
			s.pos++
		}
		parts = append(parts, normalLocalPart(s.text[start:s.pos]))
	}
	return strings.Join(parts, ".")
}

// normalLocalPart removes the leading zeros of a number.
func normalLocalPart(part string) string {
	if !isNumber(part) {
		return part
	}
	return cmp.Or(strings.TrimLeft(part, "0"), "0")
}

// separators are the bytes that may stand before, in and after the words of a version.
const separators = "._-"

// word skips word and at most one separator before it, or nothing at all.
func (s *scanner) word(word string) bool {
	rest := s.text[s.pos:]
	if s.peek(separators) {
		rest = rest[1:]
	}
	after, ok := strings.CutPrefix(rest, word)
	if ok {
		s.pos = len(s.text) - len(after)
	}
	return ok
}

// wordNumber reads the number after a word; none counts as 0.
func (s *scanner) wordNumber() int64 {
	s.skip(separators)
	if !s.digitAt(0) {
		return 0
	}
	return s.number()
}

// number reads the digits at the scanner's place, of which there is at least one.
func (s *scanner) number() int64 {
	start := s.pos
	for s.digitAt(0) {
		s.pos++
	}
	n, err := strconv.ParseInt(s.text[start:s.pos], 10, 64)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("%w: %s is above %d", errNumber, s.text[start:s.pos], math.MaxInt64)
	}
	return n
}

// skip skips one byte if it is one of set.
func (s *scanner) skip(set string) {
	if s.peek(set) {
		s.pos++
	}
}

// peek reports whether the next byte is one of set.
func (s *scanner) peek(set string) bool {
	return s.pos < len(s.text) && strings.IndexByte(set, s.text[s.pos]) >= 0
}

// digitAt reports whether there is a digit at the given distance.
func (s *scanner) digitAt(ahead int) bool {
	i := s.pos + ahead
	return i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9'
}

// alphanumericAt reports whether there is a digit or a letter at the given distance.
func (s *scanner) alphanumericAt(ahead int) bool {
	i := s.pos + ahead
	return s.digitAt(ahead) || i < len(s.text) && 'a' <= s.text[i] && s.text[i] <= 'z'
}
