// Package diagnose reads the log of a pytest run and says what died in it, which known defect that shows, whose it is and what to do.
//
// [Read] turns a log of any length into [Run] values in constant memory; [Knowledge.Diagnose] holds these against the facts of a
// policy. Nothing is run, posted or written here.
//
// A log is foreign text: colours, timestamps of CI services, several runs in one file, output of workers glued to that of pytest.
// So no pattern is bound to the start of a line where pytest-xdist does not promise one, and no line can make reading fail.
package diagnose

import (
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ErrNoPytest says that a log shows no run of pytest.
var ErrNoPytest = errors.New("this is no log of pytest: it has neither the start of a session nor a line of pytest-xdist")

// A Log is a log and what was made of it.
type Log struct {
	Log     string     `json:"log"` // its name; "-" for standard input
	Lines   int        `json:"lines"`
	Verdict string     `json:"verdict"` // one sentence
	Causes  []Cause    `json:"causes"`  // the primary ones first
	Try     []Try      `json:"try"`     // the most promising first
	Collect []string   `json:"collect"` // what to bring along next time
	Notes   []Evidence `json:"notes"`   // what is no cause, but good to know
	Runs    []Run      `json:"runs"`
}

// The ranks of a cause.
const (
	Primary   = "primary"   // something that went wrong by itself
	Secondary = "secondary" // what followed from it
)

// How sure a cause is.
const (
	Certain  = "certain"  // its own line or frame is in the log
	Likely   = "likely"   // everything fits
	Possible = "possible" // something needed to tell is not in the log
	Unknown  = "unknown"  // no fact explains it
)

// A Cause is something that went wrong in a run: what, whose it is and what to do about it.
type Cause struct {
	Run        int        `json:"run"`       // counting from 1
	Rank       string     `json:"rank"`      // Primary or Secondary
	Certainty  string     `json:"certainty"` // Certain, Likely, Possible or Unknown
	Cause      string     `json:"cause"`
	Owner      string     `json:"owner"`
	Action     string     `json:"action"`
	Fact       string     `json:"fact,omitempty"`       // id of the fact that explains it
	Candidates []string   `json:"candidates,omitempty"` // facts that would explain it if the run was theirs
	Why        string     `json:"why,omitempty"`        // the fact's statement, or what the conclusion rests on
	Source     []string   `json:"source,omitempty"`
	Evidence   []Evidence `json:"evidence"`

	kind string // kindSerial, kindHang, or empty
}

// Causes that others have to know about.
const (
	kindSerial = "serial" // a pytest without workers that crashed
	kindHang   = "hang"   // a run that went on when its log ended or its time was over
)

// An Evidence is a line of the log.
type Evidence struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// A Try is a command that avoids a cause, as far as that was measured, and what it costs.
type Try struct {
	Command string `json:"command"`
	Why     string `json:"why"`
	Cost    string `json:"cost"`
}

// IsFine reports whether nothing was diagnosed.
func (l Log) IsFine() bool { return len(l.Causes) == 0 }

// Diagnose reads a log and says what is wrong in it. The name is how the log is called in the result. JUnit files of the same runs add
// what a log in default verbosity leaves out. It returns [ErrNoPytest] where the log shows no run.
func (k *Knowledge) Diagnose(name string, log io.Reader, junit ...*JUnit) (Log, error) {
	runs, lines, err := read(log, k.patterns, k.Timeline)
	if err != nil {
		return Log{}, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(runs) == 0 {
		return Log{}, ErrNoPytest
	}
	for _, j := range junit {
		j.apply(runs)
	}
	l := Log{Log: name, Lines: lines, Runs: runs, Causes: []Cause{}, Try: []Try{}, Collect: []string{}, Notes: []Evidence{}}
	for i := range l.Runs {
		r := &l.Runs[i]
		if k.Backend != "" {
			r.Backend = k.Backend
		}
		causes := k.causes(r, i+1)
		l.Causes = append(l.Causes, causes...)
		l.Try = k.try(l.Try, r, causes)
		l.Collect = k.collect(l.Collect, r, causes)
		l.Notes = notes(l.Notes, r)
	}
	l.Verdict = verdict(&l)
	return l, nil
}

// notes adds what is no cause: tests that failed in the ordinary way.
func notes(all []Evidence, r *Run) []Evidence {
	ordinary := r.outcome("failed", "error", "errors")
	for _, w := range r.dead() {
		if w.Running != "" {
			ordinary--
		}
	}
	if ordinary > 0 && len(r.dead()) == 0 && len(r.differ) == 0 {
		all = append(all, Evidence{r.Last, plural(ordinary, "test") + " failed in the ordinary way: " + r.session})
	}
	return all
}

func verdict(l *Log) string {
	if len(l.Causes) > 0 {
		words := l.Causes[0].Cause
		for _, c := range l.Causes[1:] {
			if c.Run == l.Causes[0].Run && c.Rank == Secondary {
				words += "; then: " + c.Cause
				break
			}
		}
		return words
	}
	words := "nothing is wrong with "
	words += map[bool]string{true: "the run", false: plural(len(l.Runs), "run")}[len(l.Runs) == 1]
	if len(l.Notes) > 0 {
		return words + " itself; tests failed in the ordinary way"
	}
	return words
}

func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return strconv.Itoa(n) + " " + word
}
