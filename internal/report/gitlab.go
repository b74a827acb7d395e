package report

import (
	"io"

	"policygen/internal/finding"
)

// A gitlabIssue is an entry of GitLab's Code Quality report, https://docs.gitlab.com/ci/testing/code_quality/.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end,omitempty"`
}

// writeGitLab writes the findings that nobody suppressed. The report has no place for a finding without a file; it stands at the
// top of the repository there.
func writeGitLab(w io.Writer, v *view) error {
	findings := v.active()
	prints := fingerprints(findings, v.sources)
	issues := make([]gitlabIssue, len(findings))
	for i, f := range findings {
		issues[i] = gitlabIssue{
			Description: described(f), CheckName: f.Code, Fingerprint: prints[i],
			Severity: [...]string{"major", "minor", "info"}[f.Severity],
			Location: v.gitlabLocation(f),
		}
	}
	return encode(w, issues, "  ")
}

func (v *view) gitlabLocation(f finding.Finding) gitlabLocation {
	at := v.sources.region(f)
	lines := gitlabLines{Begin: max(at.start.line, 1)}
	if at.end.line > at.start.line {
		lines.End = at.end.line
	}
	if f.File == "" {
		return gitlabLocation{".", lines}
	}
	return gitlabLocation{f.File, lines}
}

// described returns the message with the field that it is about, on one line.
func described(f finding.Finding) string {
	if f.Path == "" {
		return Visible(f.Message)
	}
	return Visible(f.Path) + ": " + Visible(f.Message)
}

// explained returns the message with related places and help, a line each.
func explained(f finding.Finding) string {
	text := described(f)
	for _, r := range f.Related {
		text += "\n" + place(r.Position) + ": " + Visible(r.Message)
	}
	if f.Help != "" {
		text += "\nhelp: " + visibleLines(f.Help)
	}
	return text
}
