package diagnose

import (
	"bytes"
	"regexp"
)

// A sign is a text that is looked for anywhere in a line, and what it means.
type sign struct {
	text  string
	means func(p *reader, number int, line []byte)
}

// allSigns returns the signs in the order in which they count in one line: a session that starts is the run that the others speak of.
func allSigns() []sign {
	return append([]sign{
		{"test session starts", (*reader).sessionStart},
		{"bringing up nodes...", (*reader).quietStart},
		{"node down: ", (*reader).downAnywhere},
		{"INTERNALERROR>", (*reader).internalAnywhere},
		{"replacing crashed worker gw", (*reader).replacing},
		{" crashed while running '", (*reader).crashedWhile},
		{"Fatal Python error: ", (*reader).fatalAnywhere},
		{"worker restarting disabled", (*reader).stopped},
		{"maximum crashed workers reached: ", (*reader).stopped},
		{"Different tests were collected between gw", (*reader).differs},
		{"MISSING test execution (tx) nodes", (*reader).badUsage},
		{": error: unrecognized arguments: ", (*reader).badUsage},
		{"+ Timeout +", (*reader).timeoutDump},
		{"!!! KeyboardInterrupt !!!", (*reader).interrupt},
	}, hintSigns()...)
}

// hintSigns are about how a process ended, in the words of kernels, shells, C libraries, Rust and CI services.
func hintSigns() []sign {
	var all []sign
	for _, text := range []string{
		"Out of memory", "oom-kill", "OOMKilled", "MemoryError", "Cannot allocate memory", "memory allocation of ",
		"Segmentation fault (core dumped)", "Aborted (core dumped)", "Bus error (core dumped)", "Illegal instruction (core dumped)",
		"terminate called after throwing", "double free or corruption", "free(): invalid", "corrupted size vs. prev_size", "' panicked at ",
		"The operation was canceled", "exceeded the maximum execution time", "The runner has received a shutdown signal", "execution took longer than ",
	} {
		all = append(all, sign{text, func(p *reader, number int, line []byte) {
			if p.run != nil {
				keep(&p.run.Hints, number, line)
			}
		}})
	}
	for _, text := range []string{"Killed", "Segmentation fault", "Terminated"} {
		all = append(all, sign{text, (*reader).shellWord})
	}
	for _, text := range []string{"exit code ", "exit code: ", "exit status ", "exited with code ", "EXIT CODE ", "exit="} {
		all = append(all, sign{text, (*reader).exitCode})
	}
	return all
}

// wanted returns the texts that the finder is to look for: the signs, then those of the patterns.
func wanted(signs []sign, patterns []Pattern) [][]byte {
	var texts [][]byte
	for _, s := range signs {
		texts = append(texts, []byte(s.text))
	}
	for _, p := range patterns {
		texts = append(texts, p.literal)
	}
	return texts
}

func (p *reader) sessionStart(number int, line []byte) {
	if bytes.Contains(line, []byte("====")) {
		p.open(number)
	}
}

// quietStart: with -q there is no header; the line comes once for each worker.
func (p *reader) quietStart(number int, _ []byte) {
	if p.run == nil || p.run.Finished || p.run.begun {
		p.open(number)
	}
}

// interrupt: a run that ctrl-C or a time limit ended has a last line like any other, and tests that were begun.
func (p *reader) interrupt(int, []byte) {
	if p.run != nil {
		p.run.interrupted, p.section = true, true
	}
}

// shellLine is how a shell reports that a process of its was ended by a signal.
var shellLine = regexp.MustCompile(`(^|: line \d+: +\d+ )(Killed|Segmentation fault|Terminated)( |$)`)

func (p *reader) shellWord(number int, line []byte) {
	if p.run != nil && shellLine.Match(line) {
		keep(&p.run.Hints, number, line)
	}
}

// exitLine is how CI services and rendered wrappers tell an exit code.
var exitLine = regexp.MustCompile(`(?i)(?:completed with|failed: |exited with|returned|^|\s)(?:exit code:?|exit status|code|exit=) ?(\d{1,3})\b`)

// serviceExit is the same in words that only a CI service has.
var serviceExit = regexp.MustCompile(`Process completed with exit code|Job failed: exit (code|status)|^(?i:exit code)[: =]`)

// exitCode takes the exit code of what ran pytest. Before the end of a session only a CI service is believed: tests print such words too.
func (p *reader) exitCode(number int, line []byte) {
	if p.run == nil || p.header && !p.run.begun && p.run.Created == 0 && p.run.Collected == 0 && len(p.run.usage) == 0 {
		return
	}
	if !p.run.Finished && !serviceExit.Match(line) {
		return
	}
	if m := exitLine.FindSubmatch(line); m != nil && p.run.Exit == "" {
		p.run.Exit = string(m[1])
		keep(&p.run.Hints, number, line)
	}
}
