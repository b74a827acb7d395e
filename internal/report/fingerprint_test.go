package report

import (
	"slices"
	"testing"

	"policygen/internal/finding"
)

// prints returns the fingerprints of a finding on each of the given lines of a file.
func prints(text string, lines ...int) []string {
	var list finding.List
	for _, n := range lines {
		list = append(list, finding.Finding{Position: at("a.sh", n, 1), Code: "PG201", Message: "over the cap"})
	}
	return fingerprints(list, sources{func(string) ([]byte, bool) { return []byte(text), true }, map[string]*document{}})
}

func TestFingerprints(t *testing.T) {
	before := prints("pytest -n 12\nls\npytest  -n 12\n", 1, 3)
	if before[0] == before[1] {
		t.Error("two equal lines have one fingerprint")
	}
	if after := prints("ls\n\n  pytest -n  12\nls\npytest -n 12\n", 5, 3); !slices.Equal(after, []string{before[1], before[0]}) {
		t.Error("lines, blanks or the order of findings change fingerprints")
	}
	if after := prints("pytest -n 13\n", 1); after[0] == before[0] {
		t.Error("another text has the same fingerprint")
	}
}

// TestFingerprintsTellApart holds that each part of what a finding is makes a difference.
func TestFingerprintsTellApart(t *testing.T) {
	base := finding.Finding{Position: at("a", 1, 1), Code: "PG1", Path: "p", Message: "m"}
	list := finding.List{base, base, base, base, base, base}
	list[1].Code = "PG2"
	list[2].File = "b"
	list[3].Path = "q"
	list[4].Message = "n"
	all := fingerprints(list, sources{files: map[string]*document{}})
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != len(list) {
		t.Errorf("%d fingerprints for %d findings", n, len(list))
	}
}
