package diagnose

import (
	"bytes"
	"encoding/json"
)

// An event is a line that the plugin of a rendered wrapper writes; generate/events.py has their fields.
type event struct {
	Event, Worker, ID, When, Outcome, Error, Reason string
	IDs                                             []string
}

// event takes a line of such a file. What it counts replaces what the log before it counted, since it misses nothing.
func (p *reader) event(number int, line []byte) bool {
	var e event
	if !bytes.HasPrefix(line, []byte(`{"event": "`)) || json.Unmarshal(line, &e) != nil {
		return false
	}
	if p.run == nil || p.run.Finished && e.Event == "loaded" && e.Worker == "main" {
		p.open(number)
	}
	r := p.run
	r.Last = max(r.Last, number)
	if !r.events {
		r.events, r.Collected, r.Reported, r.Repeated = true, 0, 0, 0
		p.header, p.started = false, map[string]string{}
		p.seen.reset()
		p.pending.reset()
	}
	p.eventOf(number, e)
	return true
}

func (p *reader) eventOf(number int, e event) {
	r := p.run
	switch e.Event {
	case "collected":
		r.Collected += len(e.IDs)
	case "started":
		r.begun = true
		p.pending.add(p.sum(e.ID), []byte(e.ID))
		if len(p.started) < maxWorkers {
			p.started[e.Worker] = e.ID
		}
	case "reported":
		if e.When != "teardown" && (e.When != "setup" || e.Outcome != "passed") {
			p.reported([]byte(e.ID))
			if e.Outcome == "failed" && len(r.Failed) < maxList {
				r.Failed = append(r.Failed, e.ID)
			}
		}
	case "down":
		p.eventDown(number, e)
	case "internal":
		p.remarkOf(r, number, "internal error", e.Error)
		p.matchAll(r, number, e.Error)
	case "finish":
		r.Finished, r.session = true, "the session finished"
	}
}

// eventDown takes the death of a worker: the test that it had begun last is the one that it died in, unless that has been reported.
func (p *reader) eventDown(number int, e event) {
	n, ok := workerOf(e.Worker)
	if !ok {
		return
	}
	w := p.run.worker(n)
	if w.Down == "" {
		w.Down, w.DownLine, w.downAt = e.Error, number, p.at
		p.matchAll(p.run, number, "["+e.Worker+"] node down: "+e.Error)
	}
	if test := p.started[e.Worker]; w.Running == "" && p.pending.has(p.sum(test)) {
		w.Running = test
	}
}
