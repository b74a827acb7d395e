package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Suspect is a test that was on a worker when it crashed.
type Suspect struct {
	Test   string
	Died   int // how often a worker died in it
	Before int // how often it was among the last ones before another test's crash
}

// Suspects ranks the tests of crashed workers over all logs: those in which workers died most often come first.
func Suspects(logs []Log) []Suspect {
	at := map[string]int{}
	var all []Suspect
	get := func(test string) *Suspect {
		i, ok := at[test]
		if !ok {
			i = len(all)
			at[test] = i
			all = append(all, Suspect{Test: test})
		}
		return &all[i]
	}
	for _, l := range logs {
		for i := range l.Runs {
			for _, w := range l.Runs[i].dead() {
				if w.Running != "" {
					get(w.Running).Died++
				}
				for _, before := range w.Before {
					get(before).Before++
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Died, a.Died), cmp.Compare(b.Before, a.Before), cmp.Compare(a.Test, b.Test))
	})
	return all
}

func (t Suspect) words() string {
	var words []string
	if t.Died > 0 {
		words = append(words, fmt.Sprintf("%d× running", t.Died))
	}
	if t.Before > 0 {
		words = append(words, fmt.Sprintf("%d× shortly before", t.Before))
	}
	return t.Test + " (" + strings.Join(words, ", ") + ")"
}
