package finding

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func at(file string, line, column int) Position { return Position{file, line, column} }

func TestPositionString(t *testing.T) {
	for want, p := range map[string]Position{
		"a.cue:3:7": at("a.cue", 3, 7), "a.cue:3": at("a.cue", 3, 0), "a.cue": at("a.cue", 0, 0), "-": {},
	} {
		if got := p.String(); got != want {
			t.Errorf("%#v is %q, want %q", p, got, want)
		}
	}
}

func TestFindingString(t *testing.T) {
	f := Finding{
		Position: at("a.cue", 3, 7), Code: "PG106", Path: "policy.x", Message: "two values", Help: "keep one",
		Related: []Related{{at("b.cue", 1, 2), "the other"}},
	}
	want := "a.cue:3:7: error PG106 policy.x: two values\n    b.cue:1:2: the other\n    help: keep one"
	if got := f.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSorted(t *testing.T) {
	same := Finding{Position: at("a", 2, 1), Code: "PG1", Message: "m"}
	l := List{{Position: at("b", 1, 1)}, same, {Position: at("a", 2, 1), Severity: Note, Code: "PG0"}, {Position: at("a", 1, 9)}, same}
	var got []string
	for _, f := range l.Sorted() {
		got = append(got, f.Position.String()+f.Code)
	}
	if want := "a:1:9 a:2:1PG1 a:2:1PG0 b:1:1"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if l[0].File != "b" {
		t.Error("Sorted changed its receiver")
	}
}

// TestListIsAnError holds that a list can be told among the reasons of an error.
func TestListIsAnError(t *testing.T) {
	err := fmt.Errorf("loading: %w", List{{Severity: Warning}, {Severity: Error, Code: "PG101"}})
	var list List
	if !errors.As(err, &list) || len(list) != 2 || !strings.Contains(err.Error(), "PG101") {
		t.Errorf("got %v", err)
	}
}

func TestRelocated(t *testing.T) {
	l := List{{
		Position: at("a", 1, 1), End: at("a", 1, 3), Related: []Related{{at("b", 2, 2), ""}, {}},
		Fixes: []Fix{{"drop it", []Edit{{"c", 0, 2, ""}}}},
	}}
	moved := l.Relocated(func(name string) string { return "../" + name })
	if moved[0].File != "../a" || moved[0].End.File != "../a" || moved[0].Related[0].File != "../b" || moved[0].Related[1].IsValid() {
		t.Errorf("got %v", moved)
	}
	if moved[0].Fixes[0].Edits[0].File != "../c" {
		t.Errorf("got %v", moved[0].Fixes)
	}
	if l[0].File != "a" || l[0].End.File != "a" || l[0].Related[0].File != "b" || l[0].Fixes[0].Edits[0].File != "c" {
		t.Error("Relocated changed its receiver")
	}
}
