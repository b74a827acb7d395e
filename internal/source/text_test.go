package source

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func showPlace(line, column int) string { return fmt.Sprintf("%d:%d", line, column) }

// showText shows a text with the position of each run of bytes that stand side by side; what is decoded or put in between is shown
// as "|" where it is a line break, as "<…>" otherwise, without its position.
func showText(t Text) string {
	var b strings.Builder
	if t.Len() == 0 {
		p := t.At(0)
		return showPlace(p.Line, p.Column) + " "
	}
	for i, s := range t.spans {
		end := t.Len()
		if i+1 < len(t.spans) {
			end = t.spans[i+1].start
		}
		value := t.String()[s.start:end]
		p := t.At(s.start)
		switch {
		case s.fixed && value == "\n":
			b.WriteString("|")
		case s.fixed:
			fmt.Fprintf(&b, "<%s>", value)
		default:
			fmt.Fprintf(&b, "%d:%d %s", p.Line, p.Column, value)
		}
	}
	return b.String()
}

// checkText holds that each byte of a text that is not decoded is the byte of the file where it stands, and that no place is
// outside of the file or before the one of the byte before.
func checkText(t *testing.T, content []byte, text Text) {
	t.Helper()
	last := 0
	for i := range text.Len() {
		at := text.Offset(i)
		if at < last || at >= len(content) && !text.spans[text.spanOf(i)].fixed || at > len(content) {
			t.Fatalf("%q: %q: byte %d stands at %d after %d", content, text, i, at, last)
		}
		if !text.spans[text.spanOf(i)].fixed && content[at] != text.String()[i] {
			t.Fatalf("%q: %q: byte %d is not the one at %d", content, text, i, at)
		}
		if p := text.At(i); p.Line < 1 || p.Column < 1 || p.Line > 1+bytes.Count(content, []byte("\n")) {
			t.Fatalf("%q: %q: byte %d is at %v", content, text, i, p)
		}
		last = at
	}
	if end := text.Offset(text.Len()); end < last || end > len(content) {
		t.Fatalf("%q: %q: ends at %d after %d", content, text, end, last)
	}
}

// checkProblem holds that an error is a Problem with a place in the file and words.
func checkProblem(t *testing.T, content []byte, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("%q: %v is no Problem", content, err)
	}
	if p.Line < 1 || p.Column < 1 || p.Line > 1+bytes.Count(content, []byte("\n")) || p.What == "" || p.Help == "" {
		t.Fatalf("%q: %+v", content, p)
	}
}

func TestText(t *testing.T) {
	whole := NewText("a", []byte(bom+"ab\ncd\r\nef"))
	cases := []struct {
		text Text
		want string
		end  string
	}{
		{whole, "1:1 ab\ncd\r\nef", "3:3"},
		{whole.Slice(1, 4), "1:2 b\nc", "2:2"},
		{whole.Slice(1, 4).Slice(2, 3), "2:1 c", "2:2"},
		{whole.Slice(4, 4), "2:2 ", "2:2"},
		{JoinTexts(whole.Slice(0, 1), Literal(" ", whole.Slice(1, 3)), whole.Slice(4, 5)), "1:1 a< >2:2 d", "2:3"},
		{JoinTexts(whole.Slice(0, 1), whole.Slice(3, 4)).Slice(1, 2), "2:1 c", "2:2"},
		{JoinTexts(Text{}, whole.Slice(1, 1), whole.Slice(3, 4)), "2:1 c", "2:2"},
		{Literal("xyz", whole.Slice(3, 5)), "<xyz>", "2:3"},
		{Literal("xyz", whole.Slice(3, 5)).Slice(1, 2), "<y>", "2:1"},
		{Literal("", whole.Slice(3, 5)), "2:1 ", "2:1"},
		{whole.Lines()[1], "2:1 cd", "2:3"},
		{NewText("a", nil), "1:1 ", "1:1"},
	}
	for _, c := range cases {
		end := c.text.At(c.text.Len())
		if got := showText(c.text); got != c.want || showPlace(end.Line, end.Column) != c.end {
			t.Errorf("got %q up to %v, want %q up to %s", got, end, c.want, c.end)
		}
	}
	if p := (Text{}).At(0); p.IsValid() {
		t.Error(p)
	}
	if got := len(whole.Lines()); got != 3 {
		t.Error(got)
	}
	if got := whole.Slice(3, 5).Offset(1); got != len(bom)+4 {
		t.Error(got)
	}
}
