package diagnose

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// A Style paints words; each function returns its text as it is to be printed.
type Style struct {
	Strong, Bad, Dim func(string) string
	Brief            bool // no reasons and no lines of the log: for those who have just seen it
}

// Plain is a [Style] without colours.
func Plain() Style {
	same := func(s string) string { return s }
	return Style{Strong: same, Bad: same, Dim: same}
}

// Coloured is a [Style] of a terminal.
func Coloured() Style {
	in := func(code string) func(string) string {
		return func(s string) string { return "\x1b[" + code + "m" + s + "\x1b[0m" }
	}
	return Style{Strong: in("1"), Bad: in("31;1"), Dim: in("2")}
}

// WriteText writes diagnoses for people, the most important first.
func WriteText(w io.Writer, logs []Log, s Style) error {
	out := bufio.NewWriter(w)
	for i, l := range logs {
		if i > 0 {
			fmt.Fprintln(out)
		}
		writeLog(out, l, s)
	}
	writeRanking(out, logs, s)
	return out.Flush()
}

func writeLog(w io.Writer, l Log, s Style) {
	fmt.Fprintf(w, "%s: %s\n", s.Strong(l.Log), l.Verdict)
	for _, n := range l.Notes {
		fmt.Fprintf(w, "  line %d: %s\n", n.Line, n.Text)
	}
	shown := 0
	for i, c := range l.Causes {
		if c.Run != shown {
			shown = c.Run
			fmt.Fprintf(w, "\n%s\n", runLine(l, c.Run, s))
		}
		writeCause(w, l, c, s)
		if i+1 == len(l.Causes) || l.Causes[i+1].Run != c.Run {
			writeWorkers(w, &l.Runs[c.Run-1], s)
		}
	}
	if len(l.Try) > 0 {
		fmt.Fprintln(w, "\nto try now")
	}
	for _, t := range l.Try {
		fmt.Fprintf(w, "  %s\n      %s\n      cost: %s\n", s.Strong(t.Command), t.Why, t.Cost)
	}
	if len(l.Collect) > 0 {
		fmt.Fprintln(w, "\nto know more, next time keep")
	}
	for _, c := range l.Collect {
		fmt.Fprintf(w, "  - %s\n", c)
	}
}

// runLine says which run of the log is spoken of, and what ran.
func runLine(l Log, number int, s Style) string {
	r := &l.Runs[number-1]
	words := []string{}
	if r.Phase != "" {
		words = append(words, "phase "+r.Phase)
	}
	if r.Backend != "" {
		words = append(words, "backend "+r.Backend)
	}
	for _, v := range [...][2]string{{"pytest", r.Pytest}, {"pytest-xdist", r.Xdist}, {"Python", r.Python}} {
		if v[1] != "" {
			words = append(words, v[0]+" "+v[1])
		}
	}
	if n := max(r.Created, r.Asked); n > 0 {
		words = append(words, plural(n, "worker"))
	}
	if r.Dist != "" {
		words = append(words, "--dist "+r.Dist)
	}
	if r.Collected > 0 {
		words = append(words, plural(r.Collected, "test"))
	}
	if len(words) == 0 {
		words = append(words, "no header")
	}
	which := fmt.Sprintf("lines %d to %d: ", r.First, r.Last)
	if s.Brief {
		which = ""
	} else if len(l.Runs) > 1 {
		which = fmt.Sprintf("run %d of %d, ", number, len(l.Runs)) + which
	}
	return which + strings.Join(words, ", ")
}

func writeCause(w io.Writer, l Log, c Cause, s Style) {
	head := "cause"
	if c.Rank == Secondary {
		head = "then"
	}
	fmt.Fprintf(w, "  %s  %s\n", s.Bad(fmt.Sprintf("%-5s", head)), s.Strong(c.Cause))
	owner := c.Owner
	if c.Certainty != Unknown {
		owner += " (" + strings.TrimSuffix(c.Certainty+", "+c.Fact, ", ") + ")"
	}
	fmt.Fprintf(w, "    owner   %s\n    action  %s\n", owner, c.Action)
	if len(c.Candidates) > 0 {
		fmt.Fprintf(w, "    may be  %s\n", strings.Join(c.Candidates, ", "))
	}
	if s.Brief {
		return
	}
	if c.Why != "" {
		fmt.Fprintf(w, "    why     %s\n", c.Why)
	}
	label := "seen"
	for _, e := range c.Evidence {
		fmt.Fprintf(w, "    %-6s  %s\n", label, s.Dim(fmt.Sprintf("%s:%d: %s", l.Log, e.Line, e.Text)))
		label = ""
	}
}

func writeWorkers(w io.Writer, r *Run, s Style) {
	dead := r.dead()
	for i, d := range dead {
		if i == maxEvidence {
			fmt.Fprintf(w, "  and %d more workers\n", len(dead)-i)
			break
		}
		fmt.Fprintf(w, "  %s\n", workerLine(d, s.Brief))
		if len(d.Before) > 0 && !s.Brief {
			fmt.Fprintf(w, "      its last: %s\n", strings.Join(d.Before[max(0, len(d.Before)-3):], ", "))
		}
	}
	if len(r.Running) > 0 && len(dead) == 0 {
		fmt.Fprintf(w, "  begun and not reported: %s\n", someNames(r.Running, 5))
	}
	if len(r.Lost) > 0 && !s.Brief {
		fmt.Fprintf(w, "  never ran: %s\n", someNames(r.Lost, 5))
	}
}

func workerLine(d *Worker, brief bool) string {
	words := fmt.Sprintf("%s died at line %d", d.Worker, d.DownLine)
	if brief {
		words = d.Worker + " died"
	}
	switch {
	case d.Running != "":
		words += " in " + d.Running
	case d.Collecting:
		words += " while collecting"
	default:
		words += "; the log does not say in which test"
	}
	if d.ReplacedBy != "" {
		words += "; replaced by " + d.ReplacedBy
	}
	return words
}

// writeRanking lists the tests that workers died in over several logs, the most frequent first.
func writeRanking(w io.Writer, logs []Log, s Style) {
	ranked := Suspects(logs)
	if len(logs) < 2 || len(ranked) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", s.Strong("tests on crashed workers, over all logs"))
	for i, t := range ranked {
		if i == 10 {
			fmt.Fprintf(w, "  and %d more\n", len(ranked)-i)
			break
		}
		fmt.Fprintf(w, "  %s\n", t.words())
	}
}
