package diagnose

import (
	"bytes"
	"hash/maphash"
	"io"
	"strings"
)

// Read reads a log to its end. The runs are in the order of the log; there is none where it shows no pytest. Patterns are looked for in every
// line but those that report a test by name.
func Read(r io.Reader, patterns []Pattern) (runs []Run, lines int, err error) {
	return read(r, patterns, false)
}

// read is Read; with timeline it remembers each result of a worker.
func read(r io.Reader, patterns []Pattern, timeline bool) (runs []Run, lines int, err error) {
	p := &reader{signs: allSigns(), patterns: patterns, timeline: timeline, seed: maphash.MakeSeed()}
	p.finder = newFinder(wanted(p.signs, patterns))
	lines, err = eachLine(r, p.line)
	p.end()
	for i := range p.runs {
		p.runs[i].nameCrashes()
	}
	return p.runs, lines, err
}

// A reader is the state between two lines of a log.
type reader struct {
	signs    []sign
	patterns []Pattern
	timeline bool
	at       int64 // of this line, where there is a timeline
	seed     maphash.Seed
	finder   *finder
	hits     []int
	runs     []Run
	run      *Run // the current one, nil before the first
	banner   banner
	command  string // the last one that started pytest
	begun    int    // phases of the current banner

	header   bool // within the header of a session
	section  bool // within FAILURES, warnings summary and the like
	internal bool // within an INTERNALERROR
	dump     dumpState
	summary  bool // within the summary of a wrapper
	differ   int  // lines left of a difference between collections

	started map[string]string // by the events of a wrapper: the newest test of each worker
	seen    idSet
	pending pendingTests
}

// line takes one line. What is most frequent comes first.
func (p *reader) line(number int, line, stamp []byte) {
	if p.timeline {
		p.at = point(number, stamp)
		defer p.clock(stamp)
	}
	if len(line) > 10 && line[0] == '{' && p.event(number, line) {
		return
	}
	if p.run != nil && len(line) > 5 && line[0] == '[' && line[1] == 'g' && line[2] == 'w' && p.result(number, line) {
		return
	}
	if p.run != nil && p.startedTest(number, line) {
		return
	}
	p.other(number, line)
}

// clock moves the end of the current run.
func (p *reader) clock(stamp []byte) {
	if p.run == nil || p.run.Finished && p.run.lastAt != 0 {
		return
	}
	if p.run.firstAt == 0 {
		p.run.firstAt, p.run.timed = p.at, len(stamp) > 0
	}
	p.run.lastAt = max(p.run.lastAt, p.at)
}

// result takes "[gw0] [ 11%] PASSED tests/a.py::test_b", which pytest-xdist prints with -v.
func (p *reader) result(number int, line []byte) bool {
	worker, rest, ok := cutWorker(line)
	if !ok || len(rest) < 8 || rest[0] != ' ' || rest[1] != '[' {
		return false
	}
	end := bytes.IndexByte(rest[:min(len(rest), 12)], ']')
	if end < 0 || rest[end-1] != '%' {
		return false
	}
	word, id, ok := bytes.Cut(bytes.TrimLeft(rest[end+1:], " "), []byte{' '})
	if !ok || !isOutcome(word) {
		return false
	}
	id = p.glued(number, id)
	failed := word[0] == 'F' || word[0] == 'E'
	p.header, p.internal = false, false
	p.run.Last, p.run.begun = number, true
	p.run.lastLine.Line = number
	w := p.run.worker(worker)
	if w.awaits && failed {
		w.awaits, w.Running = false, string(id)
	} else {
		w.ring[w.count%kept] = append(w.ring[w.count%kept][:0], id...)
		w.count++
	}
	p.reported(id)
	if p.timeline && len(p.run.bars) < maxBars {
		p.run.bars = append(p.run.bars, bar{worker, p.at, word[0], string(id)})
	}
	if failed && len(p.run.Failed) < maxList {
		p.run.Failed = append(p.run.Failed, string(id))
	}
	return true
}

// sum returns the hash that a test is known by.
func (p *reader) sum(id string) uint64 { return maphash.String(p.seed, id) }

// reported counts a result by name.
func (p *reader) reported(id []byte) {
	sum := maphash.Bytes(p.seed, id)
	p.run.Counted = true
	if p.seen.add(sum) {
		p.run.Reported++
	} else {
		p.run.Repeated++
	}
	p.pending.remove(sum)
}

// startedTest takes "tests/a.py::test_b ", which is printed with -v when a test begins; a serial run goes on with the result.
func (p *reader) startedTest(number int, line []byte) bool {
	head := line
	if space := bytes.IndexByte(line, ' '); space >= 0 {
		head = line[:space]
	}
	at := bytes.Index(head, []byte("::"))
	if at <= 0 || len(line) > 4096 || line[0] == '+' || line[0] == '-' || !isTestFile(line[:at]) {
		return false
	}
	id := p.glued(number, line)
	if p.run.Finished || p.section {
		return true
	}
	p.header = false
	p.run.Last = number
	p.run.lastLine.Line = number
	if name, word, ok := cutSerial(id); ok {
		p.run.begun = true
		p.reported(name)
		if (word[0] == 'F' || word[0] == 'E') && len(p.run.Failed) < maxList {
			p.run.Failed = append(p.run.Failed, string(name))
		}
		return true
	}
	p.pending.add(maphash.Bytes(p.seed, id), id)
	return true
}

// glued returns the line of a test without what a dying process wrote behind it, and takes that.
func (p *reader) glued(number int, line []byte) []byte {
	if at := bytes.Index(line, []byte("Fatal Python error: ")); at >= 0 {
		p.fatal(number, line[at:])
		line = line[:at]
	}
	if at := bytes.Index(line, []byte("INTERNALERROR>")); at >= 0 {
		p.internalLine(number, line[at:])
		line = line[:at]
	}
	if at := bytes.Index(line, []byte("node down: ")); at > 0 {
		if open := bytes.LastIndex(line[:at], []byte("[gw")); open >= 0 {
			p.down(number, line[open:])
			line = line[:open]
		}
	}
	return bytes.TrimRight(line, " ")
}

// cutWorker parts "[gw12]" from what follows.
func cutWorker(line []byte) (number int, rest []byte, ok bool) {
	i := 3
	for ; i < len(line) && isDigit(line[i]) && i < 12; i++ {
		number = number*10 + int(line[i]-'0')
	}
	if i == 3 || i >= len(line) || line[i] != ']' {
		return 0, nil, false
	}
	return number, line[i+1:], true
}

var outcomeWords = [...]string{"PASSED", "FAILED", "ERROR", "SKIPPED", "XFAIL", "XPASS", "RERUN", "SUBPASS", "SUBFAIL"}

func isOutcome(word []byte) bool {
	for _, w := range outcomeWords {
		if string(word) == w {
			return true
		}
	}
	return false
}

// isTestFile reports whether a word can be the file of a test's id.
func isTestFile(word []byte) bool {
	return bytes.HasSuffix(word, []byte(".py")) || bytes.HasSuffix(word, []byte(".txt")) || bytes.HasSuffix(word, []byte(".rst")) || bytes.HasSuffix(word, []byte(".md"))
}

// cutSerial parts "tests/a.py::test_b PASSED   [ 11%]".
func cutSerial(line []byte) (id, word []byte, ok bool) {
	end := len(line)
	if end > 0 && line[end-1] == ']' {
		if end = bytes.LastIndexByte(line, '['); end < 0 {
			return nil, nil, false
		}
	}
	head := bytes.TrimRight(line[:end], " ")
	if open := bytes.LastIndex(head, []byte(" (")); open > 0 && bytes.HasSuffix(head, []byte(")")) {
		head = head[:open] // why it was skipped
	}
	at := bytes.LastIndexByte(head, ' ')
	if at < 0 || !isOutcome(head[at+1:]) {
		return nil, nil, false
	}
	return bytes.TrimRight(head[:at], " "), head[at+1:], true
}

// open begins a run.
func (p *reader) open(number int) {
	p.end()
	p.runs = append(p.runs, Run{First: number, Last: number, Plugins: []string{}, Packages: []string{}, Lost: []string{}, Outcomes: []Outcome{},
		Workers: []Worker{}, InternalErrors: []InternalError{}, Dumps: []Dump{}, Hints: []Evidence{}, Running: []string{}, Failed: []string{},
		symptoms: map[int][]Evidence{}})
	p.run = &p.runs[len(p.runs)-1]
	p.run.Command, p.command = p.command, ""
	p.summary = false
	p.header, p.section, p.internal, p.differ, p.dump = true, false, false, 0, dumpState{}
	p.banner.apply(p.run, p.begun)
	p.begun++
	p.settle(p.run.Command)
}

// end settles what only the end of a run can tell.
func (p *reader) end() {
	p.endDump()
	r := p.run
	if r == nil {
		return
	}
	if !r.Finished || r.interrupted || len(r.InternalErrors) > 0 {
		for _, test := range p.pending.names() {
			r.Running = appendNew(r.Running, test)
		}
	}
	for i := range r.Workers {
		r.Workers[i].Before = r.Workers[i].before()
	}
	if r.Counted && r.Collected > 0 {
		r.NeverRan = max(0, r.Collected-r.Reported)
	} else if r.Collected > 0 && r.Finished {
		r.NeverRan = max(0, r.Collected-r.total())
	}
	p.seen.reset()
	p.pending.reset()
}

// before returns the last results of a worker, the oldest first.
func (w *Worker) before() []string {
	names := []string{}
	for i := max(0, w.count-kept); i < w.count; i++ {
		names = append(names, string(w.ring[i%kept]))
	}
	return names
}

// show returns a line as it is shown.
func show(line []byte) string {
	text := strings.ToValidUTF8(strings.TrimSpace(string(line[:min(len(line), maxText)])), "\ufffd")
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
