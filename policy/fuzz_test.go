package policy

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"policygen/internal/finding"
)

// FuzzLoad holds Load to what every caller relies on: it never panics, and every finding has a place and a message
// in the author's words.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.cue", "testdata/broken/*.cue"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 8<<10 {
			t.Skip("larger texts only take longer")
		}
		l := testLoader(t)
		l.limits = limits{time: 2 * time.Second, memory: 256 << 20}
		p, err := l.load([]Source{{Name: "policygen.cue", Text: text}}, testTool)
		if err == nil {
			if plans, err := p.Resolve(); err != nil || len(plans) == 0 {
				t.Fatalf("%d plans, error %v", len(plans), err)
			}
			return
		}
		list, ok := err.(finding.List)
		if !ok || len(list) == 0 {
			t.Fatalf("an error without findings: %v", err)
		}
		checkFindings(t, list)
		for _, found := range list {
			checkWords(t, found.Message+found.Help, []Source{{Text: text}})
		}
	})
}
