package observe

import (
	"strings"
	"testing"
	"testing/fstest"

	"policygen/internal/finding"
	"policygen/internal/pytest"
)

// A word that is no text can't be looked for, which would be a regular expression that is none, and in a file with too much in it no
// word is; the command is left where it is run.
func TestPlacedHostile(t *testing.T) {
	long := "X='pytest -n 4'\n" + strings.Repeat(": #\n", maxSearched/4) + "$X\n"
	report := Scan(fstest.MapFS{"run.sh": {Data: []byte(long)}}, Options{})
	if last := len(report.Starts) - 1; last < 0 || report.Starts[last].Line != strings.Count(long, "\n") {
		t.Errorf("%v, problems %v", report.Starts, report.Problems)
	}
	at := finding.Position{File: "run.sh", Line: 2, Column: 1}
	tr := trail{scan: &scan{repo: newRepository(fstest.MapFS{"run.sh": {Data: []byte("X='pytest -n \xff'\n$X\n")}})}}
	for _, text := range []string{"\xff", "-n"} {
		words := []pytest.Word{{Text: "pytest", Pos: at}, {Text: text, Pos: at}, {Text: "\xff", Pos: at}}
		if placed, begun := tr.placed(words); text == "\xff" && (placed[0].Pos != at || begun != nil) {
			t.Errorf("%q: %v, %v", text, placed, begun)
		}
	}
}
