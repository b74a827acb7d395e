package report

import (
	"regexp"
	"strings"
	"testing"

	"policygen/internal/finding"
)

// TestTextIsString holds that the plain text of a finding is that of the finding itself where no file is known.
func TestTextIsString(t *testing.T) {
	f := finding.Finding{
		Position: at("a.cue", 3, 7), Code: "PG106", Path: "policy.x", Message: "two values", Help: "keep one",
		Related: []finding.Related{{Position: at("b.cue", 1, 2), Message: "the other"}},
	}
	if got := write(t, "text", Report{Findings: finding.List{f}}, Options{}); got != f.String()+"\n" {
		t.Errorf("got\n%s\nwant\n%s", got, f)
	}
}

// TestFixOnce holds that a fix is told unless the help names it.
func TestFixOnce(t *testing.T) {
	f := finding.Finding{Position: at("a.sh", 3, 7), Code: "PG201", Message: "too many", Help: "pass -n 4, or drop it"}
	for description, want := range map[string]string{"pass -n 4": "", "take the line out": "\n    fix: take the line out"} {
		f.Fixes = []finding.Fix{{Description: description}}
		if got := write(t, "text", Report{Findings: finding.List{f}}, Options{}); got != f.String()+want+"\n" {
			t.Errorf("%s: got\n%s", description, got)
		}
	}
}

// TestColor holds that colour adds escape sequences and nothing else.
func TestColor(t *testing.T) {
	plain := write(t, "text", Report{Findings: sample()}, all)
	colored := all
	colored.Color = true
	got := write(t, "text", Report{Findings: sample()}, colored)
	if !strings.Contains(got, "\x1b[1;31merror\x1b[0m") {
		t.Errorf("no red error in %q", got)
	}
	if got := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(got, ""); got != plain {
		t.Errorf("without its colours the text is\n%s\nwant\n%s", got, plain)
	}
	if got := write(t, "github", Report{Findings: many(30)}, colored); strings.Contains(got, "\x1b") {
		t.Error("the github format has colour")
	}
}

func TestExcerpt(t *testing.T) {
	for _, x := range []struct{ name, line, part, shown, marks string }{
		{"plain", "pytest -n 12 x", "-n 12", "pytest -n 12 x", "       ^~~~~"},
		{"tab before", "\tpytest -n 12", "-n 12", "    pytest -n 12", "           ^~~~~"},
		{"tab inside", "ab -n\t12", "-n\t12", "ab -n   12", "   ^~~~~~~"},
		{"wide before", "日本 -n 1", "-n 1", "日本 -n 1", "     ^~~~"},
		{"wide inside", "x 日本", "日本", "x 日本", "  ^~~~"},
		{"combining", "e\u0301e\u0301 -n", "-n", "e\u0301e\u0301 -n", "   ^~"},
		{"joined emoji", "👩‍💻 -n", "-n", "👩‍💻 -n", "   ^~"},
		{"skin tone", "👍🏽 -n", "-n", "👍🏽 -n", "   ^~"},
		{"escape", "\x1b[0m -n", "-n", `\x1b[0m -n`, "        ^~"},
		{"direction", "\u202ea", "a", `\u202ea`, "      ^"},
		{"no UTF-8", "\xff-n", "-n", `\xff-n`, "    ^~"},
		{"hidden inside", "a\x00b", "\x00b", `a\x00b`, " ^~~~~"},
	} {
		start := strings.Index(x.line, x.part)
		shown, marks := excerpt(x.line, start, start+len(x.part))
		if shown != x.shown || marks != x.marks {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", x.name, shown, marks, x.shown, x.marks)
		}
	}
}

func TestExcerptAtTheEnd(t *testing.T) {
	for line, want := range map[string]string{"": "^", "ab": "  ^", "日": "  ^"} {
		if _, marks := excerpt(line, len(line), len(line)); marks != want {
			t.Errorf("%q: got %q, want %q", line, marks, want)
		}
	}
}

// TestExcerptOfLongLine holds that what is marked can be seen, wherever in a long line it is.
func TestExcerptOfLongLine(t *testing.T) {
	line := strings.Repeat("日x", 40_000) + "MARK" + strings.Repeat("y", 100_000)
	for _, line := range []string{line, line[:400] + "MARK", "MARK" + line, strings.Repeat("a", 79) + "MARK" + line} {
		start := strings.Index(line, "MARK")
		shown, marks := excerpt(line, start, start+4)
		columns := 0
		for _, c := range cells(shown[:strings.Index(shown, "MARK")]) {
			columns += c.width
		}
		if caret := strings.Index(marks, "^~~~"); caret != columns || len(marks) != caret+4 {
			t.Errorf("the mark of %q is\n%s\n%s", line[:20], shown, marks)
		}
		if n := len([]rune(shown)); n > lineWidth+2 {
			t.Errorf("%d characters are shown", n)
		}
	}
}

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 日本 \U0001f600": "plain é 日本 \U0001f600", "a\nb\r\t": `a\nb\r\t`, "\x00\x1b\x7f": `\x00\x1b\x7f`, "\u009b\u202e\ufeff": `\u009b\u202e\ufeff`,
		"\xc3(": `\xc3(`, "\ue000\uffff\U000e0041": `\ue000\uffff\U000e0041`, "👩\u200d💻": "👩\u200d💻", "\ufffd": "\ufffd",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	if got := visibleLines("a\r\nb\rc\n\x00"); got != "a\nb\\rc\n\\x00" {
		t.Errorf("got %q", got)
	}
}

func TestTotals(t *testing.T) {
	if got := newView(Report{Findings: sample()}, Options{}).totals(); got != "3 errors, 4 warnings, 2 notes, 1 suppressed" {
		t.Errorf("got %s", got)
	}
}
