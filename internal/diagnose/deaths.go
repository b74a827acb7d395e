package diagnose

import (
	"bytes"
	"strconv"
)

func (p *reader) downAnywhere(number int, line []byte) {
	at := bytes.Index(line, []byte("node down: "))
	if open := bytes.LastIndex(line[:at], []byte("[gw")); open >= 0 {
		p.ensure(number)
		p.run.begun = p.run.begun || open > 0 && isProgress(line[:open])
		p.down(number, line[open:])
	}
}

// down takes "[gw8] node down: Not properly terminated".
func (p *reader) down(number int, line []byte) {
	worker, rest, ok := cutWorker(line)
	if !ok {
		return
	}
	text, ok := bytes.CutPrefix(rest, []byte(" node down: "))
	if !ok {
		return
	}
	w := p.run.worker(worker)
	if w.Down != "" {
		return
	}
	w.downAt = p.at
	w.Down, w.DownLine, w.awaits = show(text), number, true
	if w.Down == "" {
		w.Down = "without a word"
	}
	w.Collecting = p.run.Created > 0 && p.run.Collected == 0 && !p.run.begun
	p.claim(w)
}

// replacing takes "replacing crashed worker gw8": the next number goes to the replacement.
func (p *reader) replacing(number int, line []byte) {
	p.ensure(number)
	_, rest, _ := bytes.Cut(line, []byte("replacing crashed worker gw"))
	old, ok := leadingNumber(rest)
	if !ok || p.run.Created == 0 && p.run.Asked == 0 {
		return
	}
	replaced := 0
	for i := range p.run.Workers {
		if p.run.Workers[i].ReplacedBy != "" {
			replaced++
		}
	}
	next := max(p.run.Created, 1) + replaced
	p.run.worker(old).ReplacedBy = "gw" + strconv.Itoa(next)
	p.run.worker(next).Replaces = "gw" + strconv.Itoa(old)
}

// crashedWhile takes "worker 'gw1' crashed while running 'tests/a.py::test_b'".
func (p *reader) crashedWhile(number int, line []byte) {
	head, id, _ := bytes.Cut(line, []byte(" crashed while running '"))
	at := bytes.LastIndex(head, []byte("'gw"))
	end := bytes.LastIndexByte(id, '\'')
	if at < 0 || end < 0 {
		return
	}
	worker, ok := leadingNumber(head[at+3:])
	if !ok {
		return
	}
	p.ensure(number)
	if w := p.run.worker(worker); w.Running == "" {
		w.Running = string(id[:end])
	}
}

func leadingNumber(text []byte) (int, bool) {
	end := 0
	for end < len(text) && end < 9 && isDigit(text[end]) {
		end++
	}
	n, err := strconv.Atoi(string(text[:end]))
	return n, err == nil
}

// stopped takes the lines that say that no worker is replaced any more.
func (p *reader) stopped(number int, line []byte) {
	p.ensure(number)
	keep(&p.run.stop, number, line)
	if _, limit, ok := bytes.Cut(line, []byte("maximum crashed workers reached: ")); ok {
		if n, ok := leadingNumber(limit); ok {
			p.run.Restart = strconv.Itoa(n)
		}
	} else {
		p.run.Restart = "0"
	}
}
