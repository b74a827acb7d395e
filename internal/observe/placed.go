package observe

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// placed gives the words of a command that stands elsewhere than where it is run the places where they were written: in the value of a
// variable, in the entry of a matrix, in the call of a function that runs its arguments. Whoever has to change the command looks there.
// A program alone is left where it is used, since what follows it there makes the command.
func (t trail) placed(words []pytest.Word) []pytest.Word {
	if len(words) < 2 || !words[0].Pos.IsValid() || len(pytest.Unknowns(words[1].Text)) > 0 {
		return words
	}
	for _, name := range []string{words[0].Pos.File, t.entry.file()} {
		content, err := t.scan.repo.read(name)
		if err != nil {
			continue
		}
		at := words[0].Pos
		switch {
		case name != at.File:
			at = t.entry.start()
		case stands(content, at, words[0].Text):
			return words
		case words[0].Origin.File == name && words[1].Pos == at:
			at = words[0].Origin
		}
		if found, ok := nearest(source.NewText(name, content), at, words); ok {
			return found
		}
	}
	return words
}

// stands reports whether a word stands at a place of a file.
func stands(content []byte, at finding.Position, word string) bool {
	for range at.Line - 1 {
		_, content, _ = bytes.Cut(content, []byte("\n"))
	}
	return bytes.HasPrefix(content[min(max(at.Column-1, 0), len(content)):], []byte(word))
}

// apart matches what stands between two words of a command, however it is written: as a text, as elements of a list, as an array that grows.
const apart = `(?:["'(),;\\\[\]\s]|[A-Za-z_]\w*\+=\()+`

// nearest returns words where the first two of them stand side by side outside of comments, and as many more as follow there: where most
// of them do, and of such places the one next to another.
func nearest(text source.Text, at finding.Position, words []pytest.Word) ([]pytest.Word, bool) {
	pair := regexp.MustCompile(`(?:^|[\s"'(\[=/,:])(` + regexp.QuoteMeta(words[0].Text) + `)` + apart + `(` + regexp.QuoteMeta(words[1].Text) + `)` + wordEnd)
	var best []int // offsets of words
	near := 0
	for _, m := range pair.FindAllStringSubmatchIndex(text.String(), -1) {
		if inComment(text.String(), m[2]) {
			continue
		}
		places := following(text.String(), m[5], words[2:], []int{m[2], m[4]})
		if end := places[len(places)-1] + len(words[len(places)-1].Text); len(places) < len(words) && !restElsewhere.MatchString(text.String()[end:]) {
			continue
		}
		lines := text.At(m[2]).Line - at.Line
		if lines = max(lines, -lines); len(places) > len(best) || len(places) == len(best) && lines < near {
			best, near = places, lines
		}
	}
	placed := slices.Clone(words)
	for i, offset := range best {
		placed[i].Pos = text.At(offset)
	}
	return placed, best != nil
}

// restElsewhere matches what follows the words of a command that goes on elsewhere: the end of a value, or a reference to another.
var restElsewhere = regexp.MustCompile(`^["')\]]*[ \t]*(?:$|[\r\n)\],;|&#$"'{<%\\])`)

const wordEnd = `(?:$|[\s"'),;\\\]])`

// following adds the offsets of words that follow one another in a text.
func following(text string, at int, words []pytest.Word, places []int) []int {
	for _, w := range words {
		m := regexp.MustCompile(`^` + apart + `(` + regexp.QuoteMeta(w.Text) + `)` + wordEnd).FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		places = append(places, at+m[2])
		at += m[3]
	}
	return places
}

// inComment reports whether the line of a byte begins as a comment.
func inComment(text string, at int) bool {
	line := text[strings.LastIndexByte(text[:at], '\n')+1 : at]
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#")
}
