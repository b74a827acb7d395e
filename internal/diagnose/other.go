package diagnose

import (
	"bytes"
)

// other takes a line that does not report a test by name.
func (p *reader) other(number int, line []byte) {
	if len(line) == 0 {
		return
	}
	if p.run != nil {
		if !p.run.Finished {
			p.run.Last = number
		}
		if p.inside(number, line) {
			return
		}
	}
	if p.summary && p.remark(number, cutText(line, 2000)) {
		return
	}
	p.hits = p.finder.find(line, p.hits[:0])
	for _, hit := range p.hits {
		if hit < len(p.signs) {
			p.signs[hit].means(p, number, line)
		} else if p.run != nil {
			p.symptom(hit-len(p.signs), number, line)
		}
	}
	p.wrapperLine(number, line)
	if p.run == nil {
		return
	}
	if p.header && p.headerLine(line) {
		return
	}
	p.progress(line)
	p.sessionEnd(number, line)
}

// inside takes the lines of what goes on over several.
func (p *reader) inside(number int, line []byte) bool {
	if p.differ > 0 {
		p.differ--
		if bytes.HasPrefix(line, []byte("+")) || bytes.HasPrefix(line, []byte("-")) {
			keep(&p.run.differ, number, line)
		}
	}
	if bytes.HasPrefix(line, []byte("======")) && !bytes.Contains(line, []byte("test session starts")) {
		p.section = true
	}
	if p.internal && bytes.HasPrefix(line, []byte(`  File "`)) {
		p.frame(number, line)
	}
	return p.dump.on && p.dumpLine(number, line)
}

// progress takes a line of dots, such as "..F.s  [ 51%]".
func (p *reader) progress(line []byte) {
	if p.section || line[0] >= 'a' && line[0] != 's' && line[0] != 'x' || !isProgress(line) {
		return
	}
	p.header, p.run.begun = false, true
	if open := bytes.LastIndexByte(line, '['); open >= 0 {
		if n, ok := leadingNumber(bytes.TrimLeft(line[open+1:], " ")); ok && bytes.HasSuffix(line, []byte("%]")) {
			p.run.percent = n
		}
	}
}

// isProgress reports whether a line is one of dots and letters for tests.
func isProgress(line []byte) bool {
	for i, b := range line {
		switch b {
		case '.', 'F', 'E', 's', 'x', 'X', 'R':
		default:
			return len(bytes.Trim(line[i:], " []0123456789%")) == 0
		}
	}
	return true
}

// symptom takes a line that has the text that a pattern needs.
func (p *reader) symptom(i, number int, line []byte) {
	if len(p.run.symptoms[i]) < maxShown && p.patterns[i].re.Match(line) {
		p.run.symptoms[i] = append(p.run.symptoms[i], Evidence{number, show(line)})
	}
}

func keep(list *[]Evidence, number int, line []byte) {
	if len(*list) < maxList {
		*list = append(*list, Evidence{number, show(line)})
	}
}

// ensure opens a run for a line that only a run can have.
func (p *reader) ensure(number int) {
	if p.run == nil {
		p.open(number)
	}
}

func (p *reader) differs(number int, line []byte) {
	p.ensure(number)
	keep(&p.run.differ, number, line)
	p.differ = 40
}

func (p *reader) badUsage(number int, line []byte) {
	p.ensure(number)
	keep(&p.run.usage, number, line)
}
