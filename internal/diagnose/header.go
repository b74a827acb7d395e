package diagnose

import (
	"bytes"
	"strconv"
	"strings"
)

// headerLine takes a line of the header of a session, and of what pytest-xdist prints until the first test.
func (p *reader) headerLine(line []byte) bool {
	text := string(line[:min(len(line), 2000)])
	r := p.run
	switch {
	case strings.HasPrefix(text, "platform "):
		p.platform(text)
	case strings.HasPrefix(text, "plugins: "):
		for plugin := range strings.SplitSeq(strings.TrimSpace(text[len("plugins: "):]), ", ") {
			if name, version, ok := cutVersion(plugin); ok && name == "xdist" {
				r.Xdist = version
			} else if len(r.Plugins) < maxList {
				r.Plugins = append(r.Plugins, plugin)
			}
		}
	case strings.HasPrefix(text, "timeout method: "):
		r.timeoutMethod = strings.TrimSpace(text[len("timeout method: "):])
	case strings.HasPrefix(text, "created: "), strings.HasPrefix(text, "collecting: "), strings.HasPrefix(text, "initialized: "), strings.HasPrefix(text, "ready: "):
		p.created(text)
	case strings.HasPrefix(text, "scheduling tests via "):
		r.Dist = distMode(strings.TrimSpace(text[len("scheduling tests via "):]))
	case strings.HasPrefix(text, "gw0 "):
		p.oldWorkers(text)
	case strings.HasPrefix(text, "collected ") || strings.HasPrefix(text, "collecting ... collected "):
		p.collected(text)
	default:
		return p.workersAndItems(text)
	}
	return true
}

// platform takes "platform linux -- Python 3.11.7, pytest-8.4.2, pluggy-1.6.0 -- /usr/bin/python".
func (p *reader) platform(text string) {
	r := p.run
	head, rest, _ := strings.Cut(text[len("platform "):], " -- ")
	r.Platform = head
	rest, _, _ = strings.Cut(rest, " -- ")
	for part := range strings.SplitSeq(rest, ", ") {
		if version, ok := strings.CutPrefix(part, "Python "); ok {
			r.Python = strings.TrimSpace(version)
		} else if version, ok := strings.CutPrefix(part, "pytest-"); ok {
			r.Pytest = strings.TrimSpace(version)
		}
	}
}

// created takes "created: 4/5 workers".
func (p *reader) created(text string) {
	_, rest, _ := strings.Cut(text, ": ")
	made, of, ok := strings.Cut(rest, "/")
	if !ok {
		return
	}
	n, ok1 := leadingNumber([]byte(made))
	m, ok2 := leadingNumber([]byte(of))
	if !ok1 || !ok2 {
		return
	}
	if p.run.Asked == 0 {
		p.run.Asked = m
	}
	if strings.HasPrefix(text, "created: ") && n <= p.run.Asked {
		p.run.Created = max(p.run.Created, n)
	}
}

// workersAndItems takes "4 workers [52 items]".
func (p *reader) workersAndItems(text string) bool {
	count, rest, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	items, ok := strings.CutPrefix(strings.TrimPrefix(rest, "workers"), "worker")
	if items == rest && !ok || err != nil || !strings.HasPrefix(items, " [") {
		return false
	}
	if tests, ok := leadingNumber([]byte(items[2:])); ok && strings.Contains(items, " item") {
		p.run.Collected = tests
		if p.run.Created == 0 {
			p.run.Created, p.run.Asked = n, n
		}
		return true
	}
	return false
}

// oldWorkers takes "gw0 I / gw1 I" and "gw0 [52] / gw1 [52]", as pytest-xdist printed until 3.2.
func (p *reader) oldWorkers(text string) {
	workers := strings.Split(text, " / ")
	if p.run.Asked == 0 {
		p.run.Asked, p.run.Created = len(workers), len(workers)
	}
	if _, items, ok := strings.Cut(workers[0], " ["); ok {
		if n, ok := leadingNumber([]byte(items)); ok {
			p.run.Collected = n
		}
	}
}

// collected takes "collected 52 items / 2 deselected / 50 selected" of a serial run.
func (p *reader) collected(text string) {
	_, rest, _ := strings.Cut(text, "collected ")
	n, ok := leadingNumber([]byte(rest))
	if !ok {
		return
	}
	if at := strings.Index(rest, " selected"); at > 0 {
		if m, err := strconv.Atoi(rest[strings.LastIndexByte(rest[:at], ' ')+1 : at]); err == nil {
			n = m
		}
	}
	p.run.Collected = n
	p.header = false
}

// distMode returns the --dist mode of a scheduler of pytest-xdist; for one of somebody else its name.
func distMode(scheduler string) string {
	modes := map[string]string{"LoadScheduling": "load", "LoadFileScheduling": "loadfile", "LoadScopeScheduling": "loadscope", "LoadGroupScheduling": "loadgroup",
		"WorkStealingScheduling": "worksteal", "EachScheduling": "each"}
	if mode := modes[scheduler]; mode != "" {
		return mode
	}
	return show([]byte(scheduler))
}

// cutVersion parts "pytest-timeout-2.4.0".
func cutVersion(text string) (name, version string, ok bool) {
	for i := 1; i < len(text)-1; i++ {
		if text[i] == '-' && isDigit(text[i+1]) || text[i] == ' ' && isDigit(text[i+1]) {
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

// settle takes what a command line says. Its last word on an option counts, as with pytest.
func (p *reader) settle(command string) {
	words := strings.Fields(command)
	p.run.Command = command
	for i, word := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		name, value, glued := strings.Cut(word, "=")
		if !glued {
			value = next
		}
		switch name {
		case "--dist":
			p.run.Dist = strings.Trim(value, `"'`)
		case "--max-worker-restart":
			p.run.Restart = strings.Trim(value, `"'`)
		case "-n", "--numprocesses":
			if n, err := strconv.Atoi(value); err == nil {
				p.run.Asked = n
			}
		case "--timeout-method":
			p.run.timeoutMethod = strings.Trim(value, `"'`)
		}
	}
}

// isCommand reports whether a line shows a command that starts pytest: of set -x, of a wrapper, of a step of GitHub or GitLab.
func isCommand(line []byte) bool {
	for _, prefix := range [...]string{"+ ", "$ ", "##[group]Run ", "##[command]"} {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return bytes.Contains(line, []byte("pytest")) || bytes.Contains(line, []byte("py.test"))
		}
	}
	return false
}
