package observe

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// A finder looks for words that can lead to pytest. It goes through a text once for all words, by two bytes of each that stand
// together in few other words, since it goes through most of a repository.
type finder struct {
	pairs   *[1 << 16]uint8 // by two bytes in a row, the number of the bucket of those that have them; 0 for none
	buckets [][]wanted
	short   []wanted // of one byte
}

// A wanted is something that a text is looked through for.
type wanted struct {
	text string
	pair int      // where its two bytes stand in it
	ends []string // the words that it is the end of, such as "run.sh" for ".sh", of which one has to stand there
	tool bool     // a word of plain English too
}

func newFinder(words []string) finder {
	f := finder{pairs: new([1 << 16]uint8), buckets: make([][]wanted, 1)}
	ends := map[string][]string{}
	for _, w := range words {
		ext := path.Ext(w)
		switch {
		case toolWord(w):
			f.add(wanted{text: w, tool: true})
		case ext == "" || ext == ".test":
			f.add(wanted{text: w})
		default:
			ends[ext] = append(ends[ext], w)
		}
	}
	for ext, words := range ends {
		f.add(wanted{text: ext, ends: words})
	}
	return f
}

func (f *finder) add(w wanted) {
	if len(w.text) < 2 {
		f.short = append(f.short, w)
		return
	}
	for i := range len(w.text) - 1 {
		if seldom(w.text[i:i+2]) > seldom(w.text[w.pair:w.pair+2]) {
			w.pair = i
		}
	}
	at := int(w.text[w.pair])<<8 | int(w.text[w.pair+1])
	number := int(f.pairs[at])
	switch {
	case number == 0 && len(f.buckets) <= 255:
		number = len(f.buckets)
		f.buckets = append(f.buckets, nil)
	case number == 0:
		number = 255 // is shared by all that come late
	}
	f.pairs[at] = uint8(number)
	f.buckets[number] = append(f.buckets[number], w)
}

// often has the letters of English text and of code, the most frequent first.
const often = "etaonisrlhdcumpfgybwvkxjqz"

// seldom tells how rarely two bytes are met in a row.
func seldom(pair string) int {
	rank := func(c byte) int {
		if !isLetter(c) {
			return len(often) / 2
		}
		return strings.IndexByte(often, c|0x20)
	}
	return rank(pair[0]) + rank(pair[1])
}

// in reports whether a file holds one of the words: anywhere where it is run, as a command where it is only shown.
func (f finder) in(c candidate) bool {
	text := c.content
	var before byte
	for i, b := range text {
		number := f.pairs[uint16(before)<<8|uint16(b)]
		if before = b; number == 0 {
			continue
		}
		for _, w := range f.buckets[number] {
			if at := i - 1 - w.pair; at >= 0 && bytes.HasPrefix(text[at:], []byte(w.text)) && w.counts(c, at) {
				return true
			}
		}
	}
	for _, w := range f.short {
		for at := range text {
			if string(text[at:at+1]) == w.text && w.counts(c, at) {
				return true
			}
		}
	}
	return false
}

// counts reports whether what stands at a place of a file leads to pytest.
func (w wanted) counts(c candidate, at int) bool {
	end := at + len(w.text)
	switch {
	case w.tool:
		return len(c.readers) == 0 || !c.readers[0].shown || maybeCommand(c.content, at, end)
	case w.ends != nil:
		return slices.ContainsFunc(w.ends, func(word string) bool { return bytes.HasSuffix(c.content[:end], []byte(word)) })
	case w.text == "pytest":
		return path.Ext(c.name) != ".py" || !isAPI(c.content, at, end)
	}
	return true
}

// isAPI reports whether the word pytest at a place of Python code is the module that tests import and use, or the beginning of
// another name.
func isAPI(content []byte, at, end int) bool {
	rest := content[end:]
	switch {
	case bytes.HasPrefix(rest, []byte(".main")), bytes.HasPrefix(rest, []byte(".console_main")):
		return false
	case len(rest) > 0 && (rest[0] == '_' || rest[0] == '-' || rest[0] == '.' && len(rest) > 1 && isLetter(rest[1])):
		return true
	}
	before := bytes.TrimRight(content[:at], " \t")
	return bytes.HasSuffix(before, []byte("import")) || bytes.HasSuffix(before, []byte("from"))
}

// leads are words before which a command may stand.
var leads = map[string]bool{
	"run": true, "use": true, "try": true, "with": true, "or": true, "and": true, "execute": true, "usage": true, "exec": true, "then": true, "sudo": true,
	"time": true, "do": true, "else": true, "if": true, "command": true, "via": true, "using": true, "by": true, "call": true,
}

// maybeCommand reports whether a word of a page or a comment may be the program of a command: it stands alone, and before it on its
// line there is nothing, a sign, a word that leads in, or what launches programs.
func maybeCommand(content []byte, start, end int) bool {
	if end < len(content) && (isLetter(content[end]) || bytes.IndexByte([]byte("_-.0123456789"), content[end]) >= 0) {
		return false
	}
	if start > 0 && (isLetter(content[start-1]) || content[start-1] == '_' || content[start-1] == '-') {
		return false
	}
	line := content[bytes.LastIndexByte(content[:start], '\n')+1 : start]
	before := bytes.TrimRight(line, " \t")
	if len(before) == 0 || !isLetter(before[len(before)-1]) && !isDigit(before[len(before)-1]) {
		return true
	}
	before = before[max(0, len(before)-200):]
	last := before[bytes.LastIndexAny(before, " \t")+1:]
	if isLead(last) || bytes.ContainsAny(last, "-=/.") {
		return true
	}
	return anyWord(before, startsOthers)
}

// isLead reports whether a word is one of the leads, in whatever case.
func isLead(word []byte) bool {
	var lower [8]byte // the longest has seven
	if len(word) > len(lower) {
		return false
	}
	for i, c := range word {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return leads[string(lower[:len(word)])]
}

// anyWord reports whether something holds for one of the words of a text that stand between blanks.
func anyWord(text []byte, holds func(word []byte) bool) bool {
	start := 0
	for i, c := range text {
		switch {
		case c >= utf8.RuneSelf: // may be a blank too
			for word := range bytes.FieldsSeq(text[start:]) {
				if holds(word) {
					return true
				}
			}
			return false
		case c != ' ' && (c < '\t' || c > '\r'):
		case start < i && holds(text[start:i]):
			return true
		default:
			start = i + 1
		}
	}
	return start < len(text) && holds(text[start:])
}

// signs are what may stand before a program in a page: quotes, prompts, bullets.
var signs = [256]bool{'`': true, '$': true, '>': true, '#': true, '*': true, '"': true, '\'': true, '(': true}

// startsOthers reports whether a word of a line is the name of a launcher or an interpreter, or was nothing but a prompt.
func startsOthers(word []byte) bool {
	for len(word) > 0 && signs[word[0]] {
		word = word[1:]
	}
	switch {
	case len(word) == 0, bytes.HasPrefix(word, []byte("python")), bytes.HasPrefix(word, []byte("pypy")):
		return true
	case launcherLengths[word[0]]>>min(len(word), 63)&1 == 0: // nearly all words of a page
		return false
	}
	_, known := launchers[string(word)]
	return known && string(word) != "time" && string(word) != "task"
}

// launcherLengths are the lengths of the names of launchers as bits, by the first byte of the names.
var launcherLengths = func() (lengths [256]uint64) {
	for name := range launchers {
		lengths[name[0]] |= 1 << min(len(name), 63)
	}
	return lengths
}()
