package report

import (
	"fmt"
	"io"
	"strings"

	"policygen/internal/finding"
)

// summarySize is how many bytes a step may add to its summary on GitHub; more of it and none is shown.
const summarySize = 1 << 20

// writeMarkdown writes a table of the findings that nobody suppressed, the worst first, with the totals above it.
func writeMarkdown(w io.Writer, v *view) error {
	return v.table(w, 0)
}

// writeGitHubSummary writes the same for $GITHUB_STEP_SUMMARY, cut where GitHub would refuse it.
func writeGitHubSummary(w io.Writer, v *view) error {
	return v.table(w, summarySize)
}

// table writes the table; a limit other than 0 is how many bytes it may have.
func (v *view) table(w io.Writer, limit int) error {
	findings := worstFirst(v.active())
	head := "### policygen\n\n" + v.totals() + "\n"
	io.WriteString(w, head)
	if len(findings) == 0 {
		return nil
	}
	columns := "\n| severity | code | place | message |\n| --- | --- | --- | --- |\n"
	io.WriteString(w, columns)
	const lastLine = 80 // more than it takes to say how many are left out
	size := len(head) + len(columns)
	for i, f := range findings {
		row := tableRow(f)
		if size += len(row); limit > 0 && size+lastLine > limit {
			fmt.Fprintf(w, "\n%s more, left out here\n", plural(len(findings)-i, "finding"))
			return nil
		}
		io.WriteString(w, row)
	}
	return nil
}

func tableRow(f finding.Finding) string {
	lines := strings.Split(explained(f), "\n")
	for i, line := range lines {
		lines[i] = markdownText(line)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", f.Severity, markdownText(Visible(f.Code)), markdownText(place(f.Position)),
		strings.Join(lines, "<br>"))
}

// markdownText returns text that is already visible so that Markdown shows it as it stands, in a cell of a table too. A colon is escaped for
// the addresses that GitHub makes links of, "@" and "#" for its mentions.
func markdownText(s string) string {
	var b strings.Builder
	for i, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>()#!|&~@:$", r) || r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www") {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
