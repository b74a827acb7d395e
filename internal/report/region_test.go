package report

import (
	"testing"

	"policygen/internal/finding"
)

func TestRegion(t *testing.T) {
	s := newView(Report{}, all).sources
	type columns struct{ line, from, endLine, to int }
	for _, x := range []struct {
		name       string
		start, end finding.Position
		characters columns
		utf16      columns
	}{
		{"a word", at("Makefile", 2, 9), at("Makefile", 2, 14), columns{2, 9, 2, 14}, columns{2, 9, 2, 14}},
		{"after wide characters", at("docs/a b.md", 2, 27), at("docs/a b.md", 2, 32), columns{2, 12, 2, 17}, columns{2, 14, 2, 19}},
		{"only the beginning", at("docs/a b.md", 2, 1), finding.Position{}, columns{2, 1, 2, 2}, columns{2, 1, 2, 2}},
		{"inside a character", at("docs/a b.md", 2, 2), finding.Position{}, columns{2, 1, 2, 2}, columns{2, 1, 2, 2}},
		{"after the mark", at("docs/a b.md", 1, 5), at("docs/a b.md", 1, 6), columns{1, 5, 1, 6}, columns{1, 5, 1, 6}},
		{"beyond the line", at("Makefile", 1, 99), at("Makefile", 1, 120), columns{1, 6, 1, 6}, columns{1, 6, 1, 6}},
		{"end before the start", at("Makefile", 2, 9), at("Makefile", 1, 1), columns{2, 9, 2, 10}, columns{2, 9, 2, 10}},
		{"end in another file", at("Makefile", 2, 9), at("empty", 2, 12), columns{2, 9, 2, 10}, columns{2, 9, 2, 10}},
		{"several lines", at("Makefile", 1, 1), at("Makefile", 2, 8), columns{1, 1, 2, 8}, columns{1, 1, 2, 8}},
		{"beyond the file", at("Makefile", 99, 2), finding.Position{}, columns{99, 0, 99, 0}, columns{99, 0, 99, 0}},
		{"an unknown file", at("gone", 3, 2), at("gone", 3, 9), columns{3, 0, 3, 0}, columns{3, 0, 3, 0}},
		{"the file", at("Makefile", 0, 0), finding.Position{}, columns{}, columns{}},
	} {
		r := s.region(finding.Finding{Position: x.start, End: x.end})
		if got := (columns{r.start.line, r.start.in(characters), r.end.line, r.end.in(characters)}); got != x.characters {
			t.Errorf("%s: %v in characters, want %v", x.name, got, x.characters)
		}
		if got := (columns{r.start.line, r.start.in(utf16Units), r.end.line, r.end.in(utf16Units)}); got != x.utf16 {
			t.Errorf("%s: %v in UTF-16 units, want %v", x.name, got, x.utf16)
		}
	}
}

// TestDocumentAt holds that offsets of a file and positions without its byte order mark are the same places.
func TestDocumentAt(t *testing.T) {
	doc := newView(Report{}, all).sources.file("docs/a b.md")
	for offset, want := range map[int][2]int{0: {1, 1}, 3: {1, 1}, 4: {1, 2}, 21: {1, 19}, 22: {1, 20}, 23: {2, 1}} {
		if line, column, ok := doc.at(offset); !ok || line != want[0] || column != want[1] {
			t.Errorf("offset %d is %d:%d, want %v", offset, line, column, want)
		}
	}
	if _, _, ok := doc.at(len(doc.content) + 1); ok {
		t.Error("an offset beyond the file has a position")
	}
}

// TestSourcesReadOnce holds that a file is asked for once, known or not.
func TestSourcesReadOnce(t *testing.T) {
	asked := map[string]int{}
	opts := Options{Source: func(name string) ([]byte, bool) {
		asked[name]++
		return textOf(name)
	}}
	write(t, "sarif", Report{Findings: append(sample(), sample()...)}, opts)
	for _, name := range []string{"Makefile", "gone.sh"} {
		if asked[name] != 1 {
			t.Errorf("%s was asked for %d times", name, asked[name])
		}
	}
}
