package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"policygen/internal/finding"
)

// many returns findings of all severities, the notes first.
func many(n int) finding.List {
	list := make(finding.List, n)
	for i := range list {
		list[i] = finding.Finding{
			Position: at(fmt.Sprintf("dir/file%d.sh", i%97), i/97+1, 1), Severity: finding.Severity(2 - i*3/n),
			Code: fmt.Sprintf("PG%d", 200+i%7), Message: fmt.Sprintf("finding %d", i), Help: strings.Repeat("help ", 20),
		}
	}
	return list
}

// TestGitHubLimit holds that GitHub's room for annotations goes to the first ones of each severity, the worst severity
// first, and that no finding is lost.
func TestGitHubLimit(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(write(t, "github", Report{Findings: many(300)}, Options{}), "\n"), "\n")
	var commands []string
	for _, line := range lines {
		if strings.HasPrefix(line, "::") {
			commands = append(commands, strings.Fields(line)[0])
		}
	}
	want := strings.Repeat("::error ", 10) + strings.Repeat("::warning ", 10) + strings.Repeat("::notice ", 10)
	if got := strings.Join(commands, " ") + " "; got != want {
		t.Errorf("got %s", got)
	}
	if len(lines) != 301 || lines[300] != "270 findings without an annotation, since GitHub shows 10 of a severity" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// TestGitHubLogLines holds that a file's name makes no workflow command of a line of the log.
func TestGitHubLogLines(t *testing.T) {
	list := many(40)
	for i := range list {
		list[i].File, list[i].Severity, list[i].Message = "::add-mask::x", finding.Error, "##[add-mask]y"
	}
	got := write(t, "github", Report{Findings: list}, Options{})
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "::add-mask") || !strings.HasPrefix(line, "::") && strings.Contains(line, "##[") {
			t.Fatalf("the line is a command: %q", line)
		}
	}
	if !strings.HasPrefix(got, "::error file=%3A%3Aadd-mask%3A%3Ax,line=1,endLine=1,title=PG200::##[add-mask]y%0Ahelp: help") {
		t.Errorf("got %q", got[:120])
	}
}

// TestSummaryLimit holds that the summary of a step ends where GitHub would refuse it, and says so.
func TestSummaryLimit(t *testing.T) {
	report := Report{Findings: many(10_000)}
	got := write(t, "github-summary", report, Options{})
	var rest int
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if _, err := fmt.Sscanf(lines[len(lines)-1], "%d findings more, left out here", &rest); err != nil {
		t.Fatalf("the last line is %q", lines[len(lines)-1])
	}
	rows := strings.Count(got, "<br>")
	if len(got) > summarySize || len(got) < summarySize-1000 || rows+rest != 10_000 {
		t.Errorf("%d bytes, %d rows, %d left out", len(got), rows, rest)
	}
	if got := strings.Count(write(t, "markdown", report, Options{}), "<br>"); got != 10_000 {
		t.Errorf("the markdown format has %d rows", got)
	}
}

// TestSARIFLimit holds that what code scanning has no room for is the least bad, and is told.
func TestSARIFLimit(t *testing.T) {
	list := many(maxResults + 10)
	list[0].Related = make([]finding.Related, 3000)
	for i := range list[0].Related {
		list[0].Related[i].Position = at("a", i, 1)
	}
	list[0].Severity = finding.Error
	var log sarifLog
	if err := json.Unmarshal([]byte(write(t, "sarif", Report{Findings: list}, Options{})), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Results) != maxResults || run.Results[0].Level != "error" || run.Results[maxResults-1].Level != "note" {
		t.Errorf("%d results, from %s to %s", len(run.Results), run.Results[0].Level, run.Results[len(run.Results)-1].Level)
	}
	if n := len(run.Results[0].Related); n != maxRelated {
		t.Errorf("%d related places", n)
	}
	notices := run.Invocations[0].Notifications
	if len(notices) != 1 || notices[0].Message.Text != "10 findings left out, since code scanning takes 25000; the worst ones are here" {
		t.Errorf("got %v", notices)
	}
}

// TestManyStayWellFormed holds that ten thousand findings are told by every format that promises all of them.
func TestManyStayWellFormed(t *testing.T) {
	list := many(10_000)
	for format, counted := range map[string]string{
		"oneline": "\n", "text": "    help: ", "json": `"severity":`, "jsonl": "\n", "gitlab": `"fingerprint":`, "junit": "<testcase ", "sarif": `"ruleId":`,
		"github": "finding ",
	} {
		if n := strings.Count(write(t, format, Report{Findings: list}, Options{}), counted); n != 10_000 {
			t.Errorf("%s has %d findings", format, n)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, x := range []struct {
		text string
		most int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"a\U0001f600b", 3, "a…"}, {"a\U0001f600", 3, "a\U0001f600"}, {"", 1, ""}} {
		if got := truncate(x.text, x.most); got != x.want {
			t.Errorf("%q to %d: got %q, want %q", x.text, x.most, got, x.want)
		}
	}
}
