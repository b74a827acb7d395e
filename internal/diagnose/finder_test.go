package diagnose

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestFinder: in lines of any bytes it finds exactly the texts that are there.
func TestFinder(t *testing.T) {
	texts := wanted(allSigns(), NewKnowledge(embedded(t)).patterns)
	f := newFinder(texts)
	random := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		var line []byte
		for range random.IntN(6) {
			text := texts[random.IntN(len(texts))]
			switch random.IntN(3) {
			case 0:
				line = append(line, text...)
			case 1:
				line = append(line, text[:random.IntN(len(text)+1)]...)
			case 2:
				line = append(line, byte(random.IntN(256)))
			}
		}
		var want []int
		for i, text := range texts {
			if len(text) < 2 || bytes.Contains(line, text) {
				want = append(want, i)
			}
		}
		if got := f.find(line, nil); !slices.Equal(got, want) {
			t.Fatalf("in %q: %v, want %v", line, got, want)
		}
	}
}

// TestFinderMany: more texts than the finder has places for are found all the same.
func TestFinderMany(t *testing.T) {
	var texts [][]byte
	for i := range 400 {
		texts = append(texts, []byte{byte(i), byte(i / 2), 'x'})
	}
	f := newFinder(texts)
	for i, text := range texts {
		if got := f.find(text, nil); !slices.Contains(got, i) {
			t.Fatalf("text %d is not found", i)
		}
	}
}

// TestPatternLiteral: the text that is looked for first is in every match, and long enough to be worth it.
func TestPatternLiteral(t *testing.T) {
	for symptom, want := range map[string]string{
		`\[gw\d+\] node down: `: "] node down: ",
		`(?i)error`:             "",
		`a|b`:                   "",
		`OSError: cannot send \(already closed\?\)`: "OSError: cannot send (already closed?)",
		`(boom)+ x*y`: "boom",
		`.`:           "",
	} {
		p, err := NewPattern("f", symptom)
		if err != nil || string(p.literal) != want {
			t.Errorf("%s: %q, want %q (%v)", symptom, p.literal, want, err)
		}
	}
	if _, err := NewPattern("f", "("); err == nil {
		t.Error("no error for a pattern that is none")
	}
}

// TestSymptomOfUser: a fact of the policy is found by any symptom, in any line, even one without a text to look for first.
func TestSymptomOfUser(t *testing.T) {
	l, err := few().Diagnose("log", strings.NewReader("==== test session starts ====\ncreated: 2/2 workers\n2 workers [9 items]\n..[gw1] node down: Not properly terminated\nreplacing crashed worker gw1\n"))
	if err != nil || len(l.Causes) == 0 || l.Causes[0].Owner != "engine" || l.Causes[0].Fact != "engine-crash" {
		t.Errorf("%v, %+v", err, l.Causes)
	}
}
