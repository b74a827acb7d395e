package diagnose

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes diagnoses as a page: for each log its verdict, a table of cause, owner and action, and what to try.
func WriteMarkdown(w io.Writer, logs []Log) error {
	out := bufio.NewWriter(w)
	for i, l := range logs {
		if i > 0 {
			fmt.Fprintln(out)
		}
		markdownLog(out, l)
	}
	return out.Flush()
}

func markdownLog(w io.Writer, l Log) {
	fmt.Fprintf(w, "### %s\n\n%s.\n", escape(l.Log), escape(upperFirst(l.Verdict)))
	for _, n := range l.Notes {
		fmt.Fprintf(w, "\n- line %d: %s\n", n.Line, escape(n.Text))
	}
	if len(l.Causes) == 0 {
		return
	}
	fmt.Fprint(w, "\n| | cause | owner | action | seen |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range l.Causes {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", c.Rank, escape(withRun(l, c)), escape(c.Owner)+" ("+sureness(c)+")", escape(c.Action), escape(lineNumbers(c)))
	}
	for i := range l.Runs {
		for _, d := range l.Runs[i].dead() {
			fmt.Fprintf(w, "\n- %s", escape(workerLine(d, false)))
		}
	}
	fmt.Fprintln(w)
	if len(l.Try) > 0 {
		fmt.Fprint(w, "\nTo try now:\n")
	}
	for _, t := range l.Try {
		fmt.Fprintf(w, "\n- `%s`: %s. Cost: %s.", t.Command, escape(t.Why), escape(t.Cost))
	}
	if len(l.Try) > 0 {
		fmt.Fprintln(w)
	}
	if len(l.Collect) > 0 {
		fmt.Fprint(w, "\nTo know more, next time keep:\n\n")
	}
	for _, c := range l.Collect {
		fmt.Fprintf(w, "- %s\n", escape(c))
	}
}

func withRun(l Log, c Cause) string {
	if len(l.Runs) > 1 {
		return fmt.Sprintf("run %d: %s", c.Run, c.Cause)
	}
	return c.Cause
}

func sureness(c Cause) string {
	if c.Fact != "" {
		return c.Certainty + ", `" + c.Fact + "`"
	}
	return c.Certainty
}

func lineNumbers(c Cause) string {
	var numbers []string
	for i, e := range c.Evidence {
		if i == 3 {
			break
		}
		numbers = append(numbers, fmt.Sprint(e.Line))
	}
	if len(numbers) == 0 {
		return ""
	}
	return "line " + strings.Join(numbers, ", ")
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// escape makes a text stand for itself in Markdown, in a cell of a table as well.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "\n", " ").Replace(s)
}
