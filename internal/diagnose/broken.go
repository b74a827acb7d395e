package diagnose

import (
	"bytes"
	"strings"
)

// internalAnywhere takes "INTERNALERROR> …", which can stand behind dots.
func (p *reader) internalAnywhere(number int, line []byte) {
	p.ensure(number)
	p.internalLine(number, line[bytes.Index(line, []byte("INTERNALERROR>")):])
}

func (p *reader) internalLine(number int, line []byte) {
	r := p.run
	p.header, p.internal = false, true
	last := len(r.InternalErrors) - 1
	if last < 0 || number-r.InternalErrors[last].Last > 3 && (r.InternalErrors[last].Message != "" || number-r.InternalErrors[last].Last > maxList) {
		if len(r.InternalErrors) >= maxShown {
			return
		}
		r.InternalErrors = append(r.InternalErrors, InternalError{Line: number, at: p.at})
		last++
	}
	e := &r.InternalErrors[last]
	e.Last = number
	text := bytes.TrimPrefix(line[len("INTERNALERROR>"):], []byte(" "))
	if inner, ok := bytes.CutPrefix(text, []byte("E ")); ok {
		text = bytes.TrimLeft(inner, " ")
	}
	if isException(text) {
		e.Message, e.said = show(text), number
	}
	p.frame(number, text)
}

// frame takes `  File "a.py", line 275, in f`; the last one is the innermost.
func (p *reader) frame(number int, line []byte) {
	if last := len(p.run.InternalErrors) - 1; last >= 0 {
		if file, at, in, ok := cutFrame(show(line)); ok {
			e := &p.run.InternalErrors[last]
			e.File, e.At, e.In, e.Last = file, at, in, number
			e.framed = number
		}
	}
}

// cutFrame parts a frame as Python prints it, or as faulthandler does, without the second comma.
func cutFrame(text string) (file string, at int, in string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimSpace(text), `File "`)
	if !ok {
		return "", 0, "", false
	}
	file, rest, ok := strings.Cut(text, `", line `)
	if !ok {
		return "", 0, "", false
	}
	at, ok = leadingNumber([]byte(rest))
	_, in, _ = strings.Cut(rest, "in ")
	return file, at, in, ok
}

// isException reports whether a line is the last one of a traceback: the name of an exception, and mostly what it says.
func isException(line []byte) bool {
	name, _, _ := bytes.Cut(line, []byte{':'})
	if len(name) == 0 || len(name) > 120 || bytes.ContainsAny(name, " \t/") {
		return false
	}
	for _, end := range [...]string{"Error", "Exception", "Exit", "Interrupt", "Failed", "Warning", "Timeout"} {
		if bytes.HasSuffix(name, []byte(end)) {
			return true
		}
	}
	return false
}

// A dumpState is where the reader is in what faulthandler prints. Nothing of it is bound to a worker; the next one that goes down had it.
type dumpState struct {
	on      bool
	current bool // within the thread that it happened in
	dump    Dump
}

func (p *reader) fatalAnywhere(number int, line []byte) {
	p.ensure(number)
	p.fatal(number, line[bytes.Index(line, []byte("Fatal Python error: ")):])
}

func (p *reader) fatal(number int, line []byte) {
	p.endDump()
	p.dump = dumpState{on: true, dump: Dump{Line: number, Error: show(line[len("Fatal Python error: "):]), Frames: []Evidence{}}}
}

// timeoutDump takes the first line of what pytest-timeout prints before it ends a process.
func (p *reader) timeoutDump(number int, line []byte) {
	p.ensure(number)
	p.endDump()
	p.dump = dumpState{on: true, dump: Dump{Line: number, Error: "Timeout", Frames: []Evidence{}}}
}

const maxFrames = 12

// dumpLine takes a line within a dump; any other ends it.
func (p *reader) dumpLine(number int, line []byte) bool {
	d := &p.dump
	text := show(line)
	switch {
	case strings.HasPrefix(text, "Current thread 0x"), strings.HasPrefix(text, "~~~") && strings.Contains(text, "MainThread"):
		d.current = true
		d.dump.Frames = d.dump.Frames[:0]
	case strings.HasPrefix(text, "Thread 0x"), strings.HasPrefix(text, "~~~"):
		d.current = false
	case strings.HasPrefix(text, `File "`):
		if d.current && len(d.dump.Frames) < maxFrames {
			d.dump.Frames = append(d.dump.Frames, Evidence{number, text})
		}
	case text == "", strings.HasPrefix(text, "Extension modules: "), strings.HasPrefix(text, "<no Python frame>"), strings.HasPrefix(text, "..."),
		strings.HasPrefix(text, "Python runtime state: "), strings.HasPrefix(text, "Captured "), d.dump.Error == "Timeout" && bytes.HasPrefix(line, []byte(" ")):
	default:
		p.endDump()
		return false
	}
	return true
}

// endDump puts the dump among those of the run.
func (p *reader) endDump() {
	if p.dump.on && p.run != nil && len(p.run.Dumps) < maxShown {
		p.run.Dumps = append(p.run.Dumps, p.dump.dump)
	}
	p.dump.on = false
}

// claim gives the newest dump that is nobody's yet to a worker that went down.
func (p *reader) claim(w *Worker) {
	p.endDump()
	if last := len(p.run.Dumps) - 1; last >= 0 && p.run.Dumps[last].Worker == "" {
		p.run.Dumps[last].Worker = w.Worker
	}
}
