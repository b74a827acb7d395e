package diagnose

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A JUnit is what a file of --junitxml says about workers that died.
type JUnit struct {
	Tests   int
	crashes []junitCrash
}

type junitCrash struct{ worker, test string }

// ReadJUnit reads a file of --junitxml in constant memory. A file that breaks off in the middle is read as far as it goes.
func ReadJUnit(r io.Reader) (*JUnit, error) {
	j := &JUnit{}
	dec := xml.NewDecoder(r)
	dec.Strict = false
	for seen := false; ; {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) || err != nil && seen {
			if !seen {
				return nil, errors.New("it has no element <testsuite>")
			}
			return j, nil
		}
		if err != nil {
			return nil, fmt.Errorf("it is no XML: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "testsuite", "testsuites":
			seen = true
		case "testcase":
			j.Tests++
		case "error", "failure":
			for _, a := range start.Attr {
				j.crash(a.Value)
			}
		}
	}
}

// crash takes "worker 'gw1' crashed while running 'tests/a.py::test_b'".
func (j *JUnit) crash(message string) {
	head, test, ok := strings.Cut(message, "' crashed while running '")
	_, worker, ok2 := cutLast(head, "worker '")
	if test, _, ok3 := cutLast(test, "'"); ok && ok2 && ok3 && len(j.crashes) < maxList {
		j.crashes = append(j.crashes, junitCrash{worker, test})
	}
}

// apply names the tests that workers died in, in the newest run that lost a worker of that number without saying in which test.
func (j *JUnit) apply(runs []Run) {
	for _, c := range j.crashes {
		for i := len(runs) - 1; i >= 0; i-- {
			if j.name(&runs[i], c) {
				break
			}
		}
	}
}

func (*JUnit) name(r *Run, c junitCrash) bool {
	for _, w := range r.dead() {
		if w.Worker == c.worker {
			if w.Running == "" {
				w.Running = c.test
			}
			return true
		}
	}
	return false
}
