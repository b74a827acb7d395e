package diagnose

import (
	"bytes"
	"strings"
)

// A banner is what a rendered wrapper prints before it runs its phases.
type banner struct {
	name     string
	backend  string
	packages []string
	phases   []string // "unit: workers=4 (from backend), dist=load"
}

// apply gives a run what the banner says of it. The phases run in the order of the banner.
func (b *banner) apply(r *Run, number int) {
	r.Backend = b.backend
	r.Packages = append(r.Packages, b.packages...)
	for _, p := range b.packages {
		switch name, version, _ := strings.Cut(p, " "); name {
		case "pytest":
			r.Pytest = version
		case "pytest-xdist":
			r.Xdist = version
		}
	}
	if number >= len(b.phases) {
		return
	}
	var facts string
	r.Phase, facts, _ = strings.Cut(b.phases[number], ": ")
	for fact := range strings.SplitSeq(facts, ", ") {
		name, value, _ := strings.Cut(fact, "=")
		switch name {
		case "workers":
			r.Asked, _ = leadingNumber([]byte(value))
		case "dist":
			r.Dist = value
		case "restarts":
			r.Restart = value
		case "limit":
			r.limit = strings.TrimSuffix(value, "s")
		}
	}
}

// wrapperLine takes what a rendered wrapper prints, and commands that start pytest.
func (p *reader) wrapperLine(number int, line []byte) {
	switch {
	case bytes.HasSuffix(line, []byte(": summary")):
		p.summary = true
	case isCommand(line):
		p.command = cutText(line, 2000)
	case bytes.HasPrefix(line, []byte("  ")) && (p.run == nil || p.run.Finished || !p.run.begun):
		p.bannerLine(string(line[:min(len(line), 2000)]))
	}
}

// bannerLine takes "  backend   robin (from flag)".
func (p *reader) bannerLine(text string) {
	if len(text) < 13 || text[12-1] != ' ' {
		return
	}
	value := strings.TrimSpace(text[12:])
	switch strings.TrimSpace(text[:12]) {
	case "policy":
		p.banner, p.begun, p.summary = banner{name: "wrapper"}, 0, false
	case "backend":
		if p.banner.name != "" {
			p.banner.backend, _, _ = strings.Cut(value, " (")
		}
	case "packages":
		if p.banner.name != "" {
			p.banner.packages = strings.Split(value, ", ")
		}
	case "phase":
		if p.banner.name != "" && len(p.banner.phases) < maxList {
			p.banner.phases = append(p.banner.phases, value)
		}
	}
}

// remark takes "unit: never ran: tests/a.py::test_b" below the summary of a wrapper, which speaks of any of its phases.
func (p *reader) remark(number int, text string) bool {
	phase, rest, _ := strings.Cut(text, ": ")
	label, value, ok := strings.Cut(rest, ": ")
	if code, yes := strings.CutPrefix(label, "exit "); yes && ok {
		p.wrapperEnd(number, code, value, text)
		return true
	}
	r := p.phaseOf(number, phase)
	if r == nil || !ok {
		return false
	}
	p.remarkOf(r, number, label, value)
	if worker, how, ok := strings.Cut(value, ": "); ok && label == "worker died" {
		text = "[" + worker + "] node down: " + how // as pytest-xdist says it, which symptoms are written for
	}
	p.matchAll(r, number, text)
	return true
}

// matchAll looks for every symptom in a text that is about a run.
func (p *reader) matchAll(r *Run, number int, text string) {
	for i := range p.patterns {
		if s := &p.patterns[i]; len(r.symptoms[i]) < maxShown && s.re.MatchString(text) {
			r.symptoms[i] = append(r.symptoms[i], Evidence{number, text})
		}
	}
}

func (p *reader) remarkOf(r *Run, number int, label, value string) {
	switch label {
	case "internal error":
		if len(r.InternalErrors) == 0 {
			r.InternalErrors = append(r.InternalErrors, InternalError{Line: number, Last: number, Message: value, said: number})
		}
	case "never ran":
		r.Lost = appendNew(r.Lost, value)
	case "was running":
		r.Running = appendNew(r.Running, value)
	case "crashed":
		r.crashed = appendNew(r.crashed, value)
	case "worker died":
		worker, how, _ := strings.Cut(value, ": ")
		if n, ok := workerOf(worker); ok {
			w := r.worker(n)
			if w.Down == "" {
				w.Down, w.DownLine = how, number
				r.Created = max(r.Created, r.Asked)
			}
		}
	}
}

// nameCrashes gives the tests that the wrapper calls crashed to the workers that died without one. Both come in the order of the deaths, so that
// they can be paired where there are as many of one as of the other.
func (r *Run) nameCrashes() {
	var nameless []*Worker
	named := map[string]bool{}
	for _, w := range r.dead() {
		if w.Running == "" {
			nameless = append(nameless, w)
		}
		named[w.Running] = true
	}
	var rest []string
	for _, test := range r.crashed {
		if !named[test] {
			rest = append(rest, test)
		}
	}
	for i, test := range rest {
		if len(rest) == len(nameless) {
			nameless[i].Running = test
		} else {
			r.Running = appendNew(r.Running, test)
		}
	}
}

// wrapperEnd takes "run_all_tests.sh: exit 124: timed out in unit".
func (p *reader) wrapperEnd(number int, code, words, text string) {
	for part := range strings.SplitSeq(words, "; ") {
		_, phases, _ := cutLast(part, " in ")
		for phase := range strings.SplitSeq(phases, ", ") {
			if r := p.phaseOf(number, phase); r != nil {
				r.Exit = code
				keep(&r.Hints, number, []byte(text))
			}
		}
	}
}

// phaseOf is phase for the summary, which also speaks of phases whose own output is not in the log.
func (p *reader) phaseOf(number int, name string) *Run {
	if r := p.phase(name); r != nil {
		return r
	}
	for i, facts := range p.banner.phases {
		if head, _, _ := strings.Cut(facts, ": "); head == name {
			p.begun, p.command = i, ""
			p.open(number)
			p.header, p.summary, p.run.begun, p.run.summarised = false, true, true, true
			return p.run
		}
	}
	return nil
}

// phase returns the newest run of a phase.
func (p *reader) phase(name string) *Run {
	for i := len(p.runs) - 1; i >= 0; i-- {
		if p.runs[i].Phase == name && name != "" {
			return &p.runs[i]
		}
	}
	return nil
}

func appendNew(list []string, text string) []string {
	for _, t := range list {
		if t == text {
			return list
		}
	}
	if len(list) >= maxList {
		return list
	}
	return append(list, text)
}

// cutText returns the first bytes of a line as text.
func cutText(line []byte, length int) string {
	return strings.ToValidUTF8(strings.TrimSpace(string(line[:min(len(line), length)])), "\ufffd")
}
