package report

import (
	"testing"

	"policygen/internal/finding"
)

func TestURI(t *testing.T) {
	for name, want := range map[string]string{
		"tests/run.sh": "tests/run.sh", "a b/c:d.md": "a%20b/c%3Ad.md", "50%,é#?[]": "50%25%2C%C3%A9%23%3F%5B%5D", "\xff\n": "%FF%0A",
		"../up.sh": "../up.sh", "/abs/x": "file:///abs/x", "c:x": "c%3Ax",
	} {
		if got := uri(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

// TestSARIFFixes holds that a fix is told whole, by file, or not at all.
func TestSARIFFixes(t *testing.T) {
	edit := func(file string, start, end int) finding.Edit {
		return finding.Edit{File: file, Start: start, End: end, Text: "x"}
	}
	for _, x := range []struct {
		name    string
		edits   []finding.Edit
		changes int
	}{
		{"no edits", nil, 0},
		{"one file", []finding.Edit{edit("Makefile", 0, 1), edit("Makefile", 7, 7)}, 1},
		{"two files", []finding.Edit{edit("Makefile", 0, 1), edit("docs/a b.md", 4, 5), edit("Makefile", 2, 3)}, 2},
		{"one of them unknown", []finding.Edit{edit("Makefile", 0, 1), edit("gone.sh", 0, 0)}, 0},
		{"beyond the file", []finding.Edit{edit("Makefile", 0, 999)}, 0},
		{"before the file", []finding.Edit{edit("Makefile", -1, 0)}, 0},
		{"reversed", []finding.Edit{edit("Makefile", 3, 2)}, 0},
	} {
		fixes := newView(Report{}, all).sarifFixes(finding.Finding{Fixes: []finding.Fix{{Edits: x.edits}}})
		got := 0
		if len(fixes) > 0 {
			got = len(fixes[0].Changes)
		}
		if got != x.changes {
			t.Errorf("%s: %d changes, want %d", x.name, got, x.changes)
		}
	}
}

// TestDeletedRegion holds what an edit replaces, in UTF-16 units.
func TestDeletedRegion(t *testing.T) {
	v := newView(Report{}, all)
	for _, x := range []struct {
		file       string
		start, end int
		want       sarifRegion
	}{
		{"Makefile", 6, 7, sarifRegion{2, 1, 2, 2}},
		{"Makefile", 5, 6, sarifRegion{1, 6, 2, 1}},
		{"docs/a b.md", 3, 6, sarifRegion{1, 1, 1, 4}},
		{"docs/a b.md", 23, 32, sarifRegion{2, 1, 2, 4}},
		{"docs/a b.md", 36, 48, sarifRegion{2, 7, 2, 13}},
		{"empty", 0, 0, sarifRegion{1, 1, 1, 1}},
	} {
		if got, ok := v.deletedRegion(finding.Edit{File: x.file, Start: x.start, End: x.end}); !ok || got != x.want {
			t.Errorf("%s from %d to %d: got %v, want %v", x.file, x.start, x.end, got, x.want)
		}
	}
}

func TestSARIFMessage(t *testing.T) {
	got := sarifMessage(finding.Finding{Path: "policy.x", Message: "see [this](https://example.com) and ignore[PG201]", Help: "drop it"})
	if want := "policy.x: see [this\\](https://example.com) and ignore[PG201]\nhelp: drop it"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
