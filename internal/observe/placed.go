package observe

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// placed gives the words of a command that stands elsewhere than where it is run the places where they were written: in the value of a
// variable, in the entry of a matrix, in the call of a function that runs its arguments. Whoever has to change the command looks there.
// Where more words follow than were written there, the command stays where it is made, only its words know where they were written, and
// begun is what stands there.
func (t trail) placed(words []pytest.Word) (placed, begun []pytest.Word) {
	if len(words) < 2 || !words[0].Pos.IsValid() || len(pytest.Unknowns(words[1].Text)) > 0 {
		return words, nil
	}
	for _, near := range append([]finding.Position{words[0].Pos, t.entry.start()}, t.entry.callers...) {
		content, err := t.scan.repo.read(near.File)
		if err != nil || len(content) > maxSearched || !utf8.ValidString(words[0].Text) || !utf8.ValidString(words[1].Text) {
			continue
		}
		at := near
		switch {
		case near != words[0].Pos:
		case stands(content, at, words[0].Text):
			return words, nil
		case words[0].Origin.File == near.File && words[1].Pos == at:
			at = words[0].Origin
		}
		found, count := nearest(source.NewText(near.File, content), at, words)
		switch {
		case count == len(words), count > 0 && (sameLine(found[0].Pos, words[0].Pos) || ofOneWord(words)):
			return found, nil
		case count > 0:
			begun = slices.Clone(found[:count])
			found[0].Pos = words[0].Pos
			return found, begun
		}
	}
	return words, nil
}

func sameLine(a, b finding.Position) bool { return a.File == b.File && a.Line == b.Line }

// ofOneWord reports whether all words came out of one, such as "${command[@]}".
func ofOneWord(words []pytest.Word) bool {
	return !slices.ContainsFunc(words, func(w pytest.Word) bool { return w.Pos != words[0].Pos })
}

// begin notes the beginning of a command that stands in a variable, which is where its words are changed. What follows it is unknown there.
func (t trail) begin(words []pytest.Word, start Start, env map[string]string) {
	if len(words) == 0 || len(t.steps) > 0 {
		return
	}
	resolve := func() {
		start.Position, start.Call, start.Argv = words[0].Pos, words, words[1:]
		if start.Foreign == "" {
			start.Settings = t.scan.project.Resolve(pytest.Invocation{Args: start.Argv, Env: env, Dir: start.Dir, Mount: mount})
		}
	}
	if resolve(); start.Settings.UsageError != "" { // the value of the last word stands elsewhere
		words = append(slices.Clip(words), pytest.Word{Text: pytest.Unknown("the next word"), Pos: words[len(words)-1].Pos})
		resolve()
	}
	if start.Settings.UsageError != "" { // it is no command without what follows it
		return
	}
	start.Kind, start.Job, start.Where, start.Input, start.Hidden = t.entry.kind, t.entry.job, t.entry.where, t.input.Name, t.hidden
	t.round.begun = append(t.round.begun, start)
}

// maxSearched bounds the files that words are looked for in, in bytes: a hostile one has hundreds of commands to look for.
const maxSearched = 1 << 17

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
// of them do, and of such places the one next to another. It tells how many do.
func nearest(text source.Text, at finding.Position, words []pytest.Word) (placed []pytest.Word, count int) {
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
	placed = slices.Clone(words)
	for i, offset := range best {
		placed[i].Pos = text.At(offset)
	}
	return placed, len(best)
}

// restElsewhere matches what follows the words of a command that goes on elsewhere: the end of a value, or a reference to another.
var restElsewhere = regexp.MustCompile(`^["')\]]*[ \t]*(?:$|[\r\n)\],;|&#$"'{<%\\])`)

const wordEnd = `(?:$|[\s"'),;\\\]])`

// following adds the offsets of words that follow one another in a text.
func following(text string, at int, words []pytest.Word, places []int) []int {
	for _, w := range words {
		if !utf8.ValidString(w.Text) {
			break
		}
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
