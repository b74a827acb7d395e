package check

import (
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// A choice says which value of a start a rule is about, and which one it wants in its place; ok is false where the rule has nothing
// against the start.
type choice func(j judged) (value pytest.Value, want string, ok bool)

// literally returns the edit that puts the wanted value in the place of one that stands literally in a file. There is none where
// the same words start pytest in another way too, for which another value or the one that stands there is right.
func (c *context) literally(j judged, choose choice, option string) []finding.Fix {
	value, want, _ := choose(j)
	for _, other := range c.starts {
		if !hasWordAt(other, value.Pos) {
			continue
		}
		if v, w, ok := choose(other); !ok || v.Pos != value.Pos || w != want {
			return nil
		}
	}
	start, end, ok := c.literal(j, value)
	if !ok {
		return nil
	}
	return []finding.Fix{{
		Description: "pass " + option + " " + want,
		Edits:       []finding.Edit{{File: value.Pos.File, Start: start, End: end, Text: want}},
	}}
}

func hasWordAt(j judged, at finding.Position) bool {
	return slices.ContainsFunc(j.Argv, func(w pytest.Word) bool { return w.Pos == at })
}

// literal returns where in its file the value of an option stands, as a word of its own or at the end of one: "12", "-n12", "--dist=load".
// What policygen renders between markers is changed in the policy.
func (c *context) literal(j judged, v pytest.Value) (start, end int, ok bool) {
	i := slices.IndexFunc(j.Argv, func(w pytest.Word) bool { return w.Pos == v.Pos && strings.HasSuffix(w.Text, v.Text) })
	if i < 0 || v.Text == "" || len(v.Unknown) > 0 || v.From != pytest.CommandLine {
		return 0, 0, false
	}
	text, word := c.text(v.Pos.File), j.Argv[i].Text
	at := offsetOf(text, v.Pos)
	blocks, _ := source.Blocks(v.Pos.File, []byte(text))
	if at < 0 || slices.ContainsFunc(blocks, func(b source.Block) bool { return b.Begin.Line < v.Pos.Line && v.Pos.Line < b.End.Line }) {
		return 0, 0, false
	}
	if at < len(text) && (text[at] == '"' || text[at] == '\'') {
		at++
	}
	end = at + len(word)
	if !strings.HasPrefix(text[at:], word) || at > 0 && !parts(text[at-1]) || end < len(text) && !parts(text[end]) {
		return 0, 0, false
	}
	return end - len(v.Text), end, true
}

// parts reports whether a byte can stand beside a word of a command.
func parts(c byte) bool { return strings.IndexByte(" \t\r\n\"'`;&|()[],<", c) >= 0 }

// offsetOf returns where a position is in the text of its file; -1 where it is in none of its lines.
func offsetOf(text string, p finding.Position) int {
	at := 0
	for line := 1; line < p.Line; line++ {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return -1
		}
		at += next + 1
	}
	if p.Line == 1 {
		at += len(text) - len(strings.TrimPrefix(text, "\ufeff"))
	}
	if at += p.Column - 1; p.Column < 1 || at > len(text) {
		return -1
	}
	return at
}
