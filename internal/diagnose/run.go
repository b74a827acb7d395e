package diagnose

import "strconv"

// A Run is one session of pytest as a log shows it. Texts are empty and numbers 0 where the log does not say.
type Run struct {
	First          int             `json:"first"` // its first line
	Last           int             `json:"last"`
	Phase          string          `json:"phase,omitempty"`   // of a rendered wrapper
	Backend        string          `json:"backend,omitempty"` // of a rendered wrapper, or asked for
	Command        string          `json:"command,omitempty"`
	Python         string          `json:"python,omitempty"`
	Platform       string          `json:"platform,omitempty"`
	Pytest         string          `json:"pytest,omitempty"`
	Xdist          string          `json:"xdist,omitempty"`
	Plugins        []string        `json:"plugins"` // as the header has them: "timeout-2.4.0"
	Packages       []string        `json:"packages"`
	Asked          int             `json:"asked"` // workers
	Created        int             `json:"created"`
	Dist           string          `json:"dist,omitempty"`    // "load", "loadfile", …
	Restart        string          `json:"restart,omitempty"` // the limit of restarts
	Collected      int             `json:"collected"`
	Counted        bool            `json:"counted"`  // results came by name, so that the next three numbers are right
	Reported       int             `json:"reported"` // different tests
	Repeated       int             `json:"repeated"` // results of tests that had one already
	NeverRan       int             `json:"neverRan"`
	Lost           []string        `json:"lost"` // names of tests that never ran; the wrapper prints them
	Outcomes       []Outcome       `json:"outcomes"`
	Finished       bool            `json:"finished"` // the last line of a session is there
	Exit           string          `json:"exit,omitempty"`
	Workers        []Worker        `json:"workers"` // in the order of their numbers; those that left a trace
	InternalErrors []InternalError `json:"internalErrors"`
	Dumps          []Dump          `json:"dumps"`
	Hints          []Evidence      `json:"hints"`   // of signals, memory, limits
	Running        []string        `json:"running"` // tests that were begun and have no result
	Failed         []string        `json:"failed"`

	session       string // the end of a session in the text: "no tests ran", "1 failed"
	limit         string // of the wrapper, in seconds
	timeoutMethod string
	crashed       []string // tests, as the wrapper names them
	firstAt       int64    // see point
	lastAt        int64
	timed         bool // lines have times
	bars          []bar
	stop          []Evidence // why no worker was replaced any more
	differ        []Evidence
	usage         []Evidence
	symptoms      map[int][]Evidence // by the number of the pattern
	lastLine      Evidence
	percent       int  // of the last line of dots
	events        bool // counted by the events of a wrapper
	summarised    bool // known from the wrapper's summary only, which says how it ended
	interrupted   bool
	begun         bool // a test was reported
}

// An Outcome is a number of the last line of a session, such as 3 of "failed".
type Outcome struct {
	Outcome string `json:"outcome"`
	Tests   int    `json:"tests"`
}

// A Worker is the life of a worker of pytest-xdist.
type Worker struct {
	Worker     string   `json:"worker"`
	Replaces   string   `json:"replaces,omitempty"`
	ReplacedBy string   `json:"replacedBy,omitempty"` // by the order in which pytest-xdist gives numbers
	Down       string   `json:"down,omitempty"`       // how it ended, in the words of pytest-xdist; empty for one that lived
	DownLine   int      `json:"downLine"`
	Collecting bool     `json:"collecting"`        // it died before it had been given a test
	Running    string   `json:"running,omitempty"` // the test that it died in
	Before     []string `json:"before"`            // its last results, the newest last

	downAt int64
	awaits bool // the next failure of it names the test that it died in
	ring   [kept][]byte
	count  int
}

// kept is how many of its last tests are remembered of a worker.
const kept = 5

// An InternalError is what pytest prints when it breaks off.
type InternalError struct {
	Line    int    `json:"line"` // its first
	Last    int    `json:"last"`
	Message string `json:"message"`
	File    string `json:"file,omitempty"` // of the innermost frame
	At      int    `json:"at"`             // its line there
	In      string `json:"in,omitempty"`

	at           int64
	said, framed int // the lines of the message and of the frame
}

// A Dump is what faulthandler or pytest-timeout print of a process that ends.
type Dump struct {
	Line   int        `json:"line"`
	Error  string     `json:"error"`  // "Segmentation fault"
	Frames []Evidence `json:"frames"` // of the thread it happened in, the innermost first
	Worker string     `json:"worker,omitempty"`
}

// dead returns the workers that died, in the order in which they did.
func (r *Run) dead() []*Worker {
	var dead []*Worker
	for i := range r.Workers {
		w := &r.Workers[i]
		if w.Down == "" {
			continue
		}
		at := len(dead)
		for at > 0 && dead[at-1].DownLine > w.DownLine {
			at--
		}
		dead = append(dead[:at], append([]*Worker{w}, dead[at:]...)...)
	}
	return dead
}

// grouped reports whether the mode keeps tests together; ok is false where the log has no mode.
func (r *Run) grouped() (yes, ok bool) {
	return r.Dist == "loadfile" || r.Dist == "loadscope" || r.Dist == "loadgroup", r.Dist != ""
}

// outcome returns a number of the last line of the session.
func (r *Run) outcome(names ...string) (n int) {
	for _, o := range r.Outcomes {
		for _, name := range names {
			if o.Outcome == name {
				n += o.Tests
			}
		}
	}
	return n
}

// hasResults reports whether a session's last line counts any test.
func (r *Run) hasResults() bool {
	return r.outcome("passed", "failed", "skipped", "xfailed", "xpassed") > 0
}

// total is how many results the last line counts. A test whose teardown fails too counts twice.
func (r *Run) total() int {
	return r.outcome("passed", "failed", "error", "errors", "skipped", "xfailed", "xpassed")
}

// version returns the version of a distribution, or "".
func (r *Run) version(distribution string) string {
	switch distribution {
	case "pytest":
		return r.Pytest
	case "pytest-xdist":
		return r.Xdist
	case "python":
		return r.Python
	}
	for _, p := range r.Packages {
		if name, version, ok := cutVersion(p); ok && name == distribution {
			return version
		}
	}
	for _, p := range r.Plugins {
		if name, version, ok := cutVersion(p); ok && (name == distribution || "pytest-"+name == distribution) {
			return version
		}
	}
	return ""
}

// worker returns a worker by its number, made where it is new.
func (r *Run) worker(number int) *Worker {
	at := 0
	for at < len(r.Workers) && workerNumber(r.Workers[at].Worker) < number {
		at++
	}
	name := "gw" + strconv.Itoa(number)
	if at == len(r.Workers) || r.Workers[at].Worker != name {
		if len(r.Workers) >= maxWorkers {
			return &Worker{Worker: name}
		}
		r.Workers = append(r.Workers, Worker{})
		copy(r.Workers[at+1:], r.Workers[at:])
		r.Workers[at] = Worker{Worker: name}
	}
	return &r.Workers[at]
}

// workerOf returns the number of a worker's name.
func workerOf(name string) (int, bool) {
	if len(name) < 3 || name[:2] != "gw" {
		return 0, false
	}
	n := workerNumber(name)
	return n, n >= 0 && n < 1<<20
}

func workerNumber(name string) int {
	n, err := strconv.Atoi(name[2:])
	if err != nil {
		return -1
	}
	return n
}
