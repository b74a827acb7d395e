package source

import (
	"slices"
	"testing"
)

func TestApply(t *testing.T) {
	tests := []struct {
		edits []Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]Edit{{10, 10, "x"}, {0, 0, "y"}}, "y0123456789x"},
		{[]Edit{{8, 10, ""}, {2, 4, "-"}, {4, 5, "+"}}, "01-+567"},
	}
	for _, test := range tests {
		text := []byte("0123456789")
		if got := string(Apply(text, test.edits...)); got != test.want || string(text) != "0123456789" {
			t.Errorf("%v: got %q, and the text is %q", test.edits, got, text)
		}
	}
}

func TestApplyPanics(t *testing.T) {
	for _, edits := range [][]Edit{{{0, 3, ""}, {2, 4, ""}}, {{3, 2, ""}}, {{9, 11, ""}}, {{-1, 1, ""}}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v went through", edits)
				}
			}()
			Apply([]byte("0123456789"), edits...)
		}()
	}
}

func TestLines(t *testing.T) {
	got := lines([]byte(bom + "a\r\n\n b\tc"))
	want := []line{{1, 3, 6, "a"}, {2, 6, 7, ""}, {3, 7, 11, " b\tc"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := lines([]byte("a\n")); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}
