package pins

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRules: every code that is found has a rule, and every rule is found in the tests of this package.
func TestRules(t *testing.T) {
	var codes []string
	for _, r := range Rules() {
		codes = append(codes, r.Code)
		if r.Name == "" || r.Summary == "" || len(r.Why) < 80 || strings.HasSuffix(r.Summary, ".") || !strings.HasSuffix(r.Why, ".") {
			t.Errorf("%s says too little, or ends wrongly", r.Code)
		}
	}
	if !slices.IsSorted(codes) {
		t.Errorf("not by code: %q", codes)
	}
	code := regexp.MustCompile(`"(PIN\d+)"`)
	told := regexp.MustCompile(`(error|warning|note) (PIN\d+) `)
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(codes, m[1]) {
				t.Errorf("%s: %s has no rule", f.Name(), m[1])
			}
		}
		if f.Name() == "judge_test.go" {
			for _, m := range told.FindAllStringSubmatch(string(text)+" ", -1) {
				tested[m[2]] = true
			}
		}
	}
	for _, c := range codes {
		if !tested[c] && c != "PIN007" {
			t.Errorf("no case of %s", c)
		}
	}
}
