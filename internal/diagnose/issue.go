package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"policygen/policy"
)

// Report writes an issue for the owner of a fact in Markdown, from all logs that show it, or with "new" from those that show something no
// fact explains. It is masked (see [Mask]) and goes nowhere by itself.
func (k *Knowledge) Report(fact string, logs []Log) (string, error) {
	f, known := k.facts[fact]
	if !known && fact != "new" {
		return "", fmt.Errorf("unknown fact %q; these logs show %s", fact, shownFacts(logs))
	}
	if known && f.Kind != "defect" {
		return "", fmt.Errorf("%s is no defect but a fact of kind %q; these logs show %s", fact, f.Kind, shownFacts(logs))
	}
	var about []matter
	for i := range logs {
		for _, c := range logs[i].Causes {
			if c.Fact == fact || slices.Contains(c.Candidates, fact) || fact == "new" && c.Fact == "" {
				about = append(about, matter{&logs[i], &logs[i].Runs[c.Run-1], c})
			}
		}
	}
	if len(about) == 0 {
		return "", fmt.Errorf("nothing in these logs is %s; they show %s", fact, shownFacts(logs))
	}
	var b strings.Builder
	k.writeIssue(&b, f, about, logs)
	return Mask(b.String()), nil
}

// A matter is one time that what is reported was seen.
type matter struct {
	log   *Log
	run   *Run
	cause Cause
}

func shownFacts(logs []Log) string {
	var ids []string
	for _, l := range logs {
		for _, c := range l.Causes {
			if c.Fact != "" {
				ids = appendNew(ids, c.Fact)
				continue
			}
			ids = appendNew(ids, "new")
			for _, id := range c.Candidates {
				ids = appendNew(ids, id)
			}
		}
	}
	if ids == nil {
		return "nothing wrong"
	}
	return strings.Join(ids, ", ")
}

func (k *Knowledge) writeIssue(b *strings.Builder, f policy.Fact, about []matter, logs []Log) {
	first := about[0]
	crash := !tools[f.Package] && len(first.run.dead()) > 0
	fmt.Fprintf(b, "# %s\n\n", issueTitle(f, first, crash))
	if len(logs) > 1 {
		fmt.Fprintf(b, "Seen in %s of %s.\n\n", plural(len(about), "run"), plural(len(logs), "log"))
	}
	fmt.Fprintf(b, "## Versions\n\n%s\n", versionLines(f, first.run))
	fmt.Fprintf(b, "## How the suite is run\n\n%s\n", howRun(first.run))
	fmt.Fprintf(b, "## Smallest command\n\n```sh\n%s\n```\n\n%s\n\n", k.smallest(first), smallestNote)
	fmt.Fprintf(b, "## What was seen\n\n%s\n", whatSeen(about))
	fmt.Fprintf(b, "## Log\n\n```text\n%s```\n\n", excerpt(first))
	writeSuspects(b, about)
	fmt.Fprintf(b, "## The question\n\n%s\n", ask(f, crash))
	fmt.Fprintf(b, "## Already excluded\n\n%s", excluded(f, first, crash))
	if len(f.Source) > 0 {
		fmt.Fprintf(b, "\nRelated: %s\n", strings.Join(f.Source, ", "))
	}
}

func issueTitle(f policy.Fact, m matter, crash bool) string {
	switch {
	case crash && f.Package != "":
		return fmt.Sprintf("%s: %s of pytest-xdist crashed in one run (node down: %s)", f.Package, plural(len(m.run.dead()), "worker"), m.run.dead()[0].Down)
	case f.Package != "" && f.Package != "pytest-xdist":
		return f.Package + ": " + m.cause.Cause
	}
	return upperFirst(m.cause.Cause)
}

func versionLines(f policy.Fact, r *Run) string {
	var b strings.Builder
	line := func(name, version string) {
		if version == "" {
			version = "not in the log; please fill in"
		}
		fmt.Fprintf(&b, "- %s: %s\n", name, version)
	}
	if f.Package != "" && !tools[f.Package] && r.version(f.Package) == "" {
		line(f.Package, "")
	}
	line("Python", r.Python)
	line("pytest", r.Pytest)
	line("pytest-xdist", r.Xdist)
	for _, p := range slices.Concat(r.Packages, r.Plugins) {
		if name, version, ok := cutVersion(p); ok && name != "pytest" && name != "pytest-xdist" {
			line(name, version)
		}
	}
	line("platform", r.Platform)
	return b.String()
}

func howRun(r *Run) string {
	var words []string
	if n := max(r.Created, r.Asked); n > 0 {
		words = append(words, plural(n, "worker")+" of pytest-xdist (subprocesses that execnet starts, with pipes; they are not forked)")
	} else if len(r.dead()) > 0 {
		words = append(words, "workers of pytest-xdist (subprocesses that execnet starts, with pipes; they are not forked)")
	}
	if r.Dist != "" {
		words = append(words, "`--dist "+r.Dist+"`")
	}
	if r.Restart != "" {
		words = append(words, "`--max-worker-restart="+r.Restart+"`")
	}
	if r.Collected > 0 {
		words = append(words, plural(r.Collected, "test"))
	}
	text := strings.Join(words, ", ")
	if text == "" {
		text = "The log does not say; please fill in."
	}
	if r.Command != "" {
		text += "\n\n```sh\n" + strings.TrimPrefix(strings.TrimPrefix(r.Command, "+ "), "##[group]Run ") + "\n```"
	}
	return text + "\n"
}

const smallestNote = "It was made from the log and has not been run; the files are those of the tests that workers died in, where the log names them. " +
	"A case without the project's tests is better still."

// smallest is what should show the same with the least around it: the tests that workers died in, with the run's own workers and mode.
func (k *Knowledge) smallest(m matter) string {
	words := []string{"python", "-m", "pytest"}
	if n := max(m.run.Created, m.run.Asked); n > 0 {
		words = append(words, "-n", fmt.Sprint(n))
	} else if len(m.run.dead()) > 0 {
		words = append(words, "-n", "2")
	}
	if m.run.Dist != "" {
		words = append(words, "--dist", m.run.Dist)
	}
	var files []string
	for _, w := range m.run.dead() {
		if file, _, ok := strings.Cut(w.Running, "::"); ok {
			files = appendNew(files, quoteWord(file))
		}
	}
	if len(files) > 4 {
		files = files[:4]
	}
	return strings.Join(slices.Concat(words, files), " ")
}

func whatSeen(about []matter) string {
	var b strings.Builder
	for i, m := range about {
		if i == 5 {
			fmt.Fprintf(&b, "- and in %d more\n", len(about)-i)
			break
		}
		fmt.Fprintf(&b, "- %s", m.cause.Cause)
		for _, c := range m.log.Causes {
			if c.Run == m.cause.Run && c.Rank == Secondary && c.Cause != m.cause.Cause {
				fmt.Fprintf(&b, "; then (no part of this report) %s", c.Cause)
			}
		}
		b.WriteByte('\n')
		for _, d := range m.run.dead() {
			fmt.Fprintf(&b, "  - %s\n", workerLine(d, false))
		}
		for _, d := range m.run.Dumps {
			fmt.Fprintf(&b, "  - Fatal Python error: %s\n", d.Error)
		}
	}
	return b.String()
}

// excerpt is what of the log matters, with its line numbers, and dots where lines are left out.
func excerpt(m matter) string {
	lines := slices.Clone(m.cause.Evidence)
	for _, c := range m.log.Causes {
		if c.Run == m.cause.Run {
			lines = append(lines, c.Evidence...)
		}
	}
	for _, d := range m.run.Dumps {
		for _, frame := range d.Frames[:min(len(d.Frames), 6)] {
			lines = append(lines, Evidence{frame.Line, "  " + frame.Text})
		}
	}
	slices.SortStableFunc(lines, func(a, b Evidence) int { return a.Line - b.Line })
	lines = slices.Compact(lines)
	var b strings.Builder
	last := 0
	for i, e := range lines {
		if i == 40 {
			fmt.Fprintf(&b, "… %d more lines\n", len(lines)-i)
			break
		}
		if last > 0 && e.Line > last+1 {
			b.WriteString("…\n")
		}
		fmt.Fprintf(&b, "%6d  %s\n", e.Line, strings.ReplaceAll(e.Text, "```", "'''"))
		last = e.Line
	}
	return b.String()
}

func writeSuspects(b *strings.Builder, about []matter) {
	var logs []Log
	for _, m := range about {
		logs = append(logs, Log{Runs: []Run{*m.run}})
	}
	ranked := Suspects(logs)
	if len(ranked) == 0 {
		return
	}
	b.WriteString("## Tests on the crashed workers\n\n")
	for i, t := range ranked {
		if i == 15 {
			fmt.Fprintf(b, "- and %d more\n", len(ranked)-i)
			break
		}
		fmt.Fprintf(b, "- `%s`\n", strings.ReplaceAll(t.words(), "`", "'"))
	}
	b.WriteByte('\n')
}

func ask(f policy.Fact, crash bool) string {
	if !crash {
		return "Is this known, and in which release is it fixed? What else would help to find it?\n"
	}
	name := f.Package
	if name == "" {
		name = "the package"
	}
	return fmt.Sprintf(`- Is %s meant to be used in several processes at once that are each started anew (subprocess, not fork), and from a thread other than
  the main one? pytest-xdist before 3.6 may run tests outside of the main thread.
- Does it install handlers of signals, or keep state (thread pools, locks, files, sockets) that breaks when several such processes run on
  one machine or when a process is ended in the middle?
- What can make it end its process: a panic across the boundary to Python, abort, memory? Can it raise instead, or print something before?
- Which settings make it stable under load meanwhile (number of threads)?
`, name)
}

func excluded(f policy.Fact, m matter, crash bool) string {
	lines := []string{"Forking: pytest-xdist's workers are subprocesses."}
	for _, c := range m.log.Causes {
		if c.Run == m.cause.Run && c.Fact == "xdist-714" && f.ID != "xdist-714" {
			lines = append(lines, "The KeyError of pytest-xdist at the end: it is pytest-xdist#714, follows from the crash and has its own issue.")
		}
	}
	if m.run.timeoutMethod != "thread" && crash {
		lines = append(lines, "pytest-timeout: its thread method, which ends processes, was not in use as far as the log shows.")
	}
	if m.run.Exit != "137" && crash && !slices.ContainsFunc(m.run.Hints, func(h Evidence) bool { return strings.Contains(strings.ToLower(h.Text), "memory") }) {
		lines = append(lines, "Memory: the log has no word of it (no \"Killed\", no exit code 137). The machine's own log was not looked at.")
	}
	if len(m.run.Dumps) == 0 && crash {
		lines = append(lines, "A Python stack: the log has none, so the process ended by SIGKILL or without faulthandler.")
	}
	return "- " + strings.Join(lines, "\n- ") + "\n"
}
