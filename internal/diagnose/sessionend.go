package diagnose

import (
	"bytes"
	"strconv"
	"strings"
)

// sessionEnd takes "=== 1 failed, 119 passed in 1.31s ===", which -q prints without the frame.
func (p *reader) sessionEnd(number int, line []byte) {
	text, ok := cutSeconds(line)
	if !ok || len(text) > 400 {
		return
	}
	head := strings.Trim(string(text), "= ")
	outcomes, ok := parseOutcomes(head)
	if !ok {
		return
	}
	r := p.run
	r.Finished, r.Outcomes, r.session, r.Last = true, outcomes, head, number
	p.header, p.internal = false, false
}

// cutSeconds returns what stands before " in 1.31s" or " in 61.31s (0:01:01)" at the end of a line.
func cutSeconds(line []byte) (before []byte, ok bool) {
	end := len(line)
	for end > 0 && (line[end-1] == '=' || line[end-1] == ' ') {
		end--
	}
	if end > 0 && line[end-1] == ')' {
		if end = bytes.LastIndexByte(line[:end], '(') - 1; end < 0 {
			return nil, false
		}
	}
	if end < 2 || line[end-1] != 's' || !isDigit(line[end-2]) {
		return nil, false
	}
	return bytes.CutSuffix(line[:bytes.LastIndexByte(line[:end], ' ')+1], []byte(" in "))
}

func cutLast(text, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}

var outcomeNames = [...]string{"failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "warnings", "error", "errors", "rerun",
	"subtests passed", "subtests failed"}

func parseOutcomes(text string) ([]Outcome, bool) {
	if text == "no tests ran" {
		return []Outcome{}, true
	}
	var found []Outcome
	for part := range strings.SplitSeq(text, ", ") {
		count, name, _ := strings.Cut(part, " ")
		n, err := strconv.Atoi(count)
		if err != nil || !isName(name) {
			return nil, false
		}
		found = append(found, Outcome{name, n})
	}
	return found, found != nil
}

func isName(name string) bool {
	for _, n := range outcomeNames {
		if name == n {
			return true
		}
	}
	return false
}
