package report

import (
	"fmt"
	"io"

	"policygen/internal/finding"
)

// What GitHub takes of a SARIF file, https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
const (
	maxResults     = 25_000
	maxTags        = 10
	maxDescription = 1024 // characters of a rule's fullDescription
	maxRelated     = 1000 // locations beside the first one of a result
)

const sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"

// The parts of SARIF 2.1.0 that GitHub reads, and suppressions and fixes, which others do.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Automation  sarifID           `json:"automationDetails"`
		ColumnKind  string            `json:"columnKind"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Fixes        []sarifFix         `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
)

// writeSARIF writes SARIF 2.1.0 as GitHub takes it, the worst findings first. Findings without a place, for which GitHub has no
// alerts, and how many were too many are notifications.
//
// GitHub opens an alert for a suppressed result too (github/codeql-action issue 1230), so that they are left out unless
// [Options] ask for them.
func writeSARIF(w io.Writer, v *view) error {
	placed, notices := v.sarifSplit()
	rules := newSARIFRules(v.rules, placed)
	results := make([]sarifResult, len(placed))
	for i, f := range placed {
		results[i] = v.sarifResult(f)
		results[i].RuleIndex = rules.index[results[i].RuleID]
	}
	return encode(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{{
		Tool:        sarifTool{sarifDriver{"policygen", v.Version, rules.list}},
		Automation:  sarifID{"policygen/"},
		ColumnKind:  "utf16CodeUnits",
		Invocations: []sarifInvocation{{true, notices}},
		Results:     results,
	}}}, "  ")
}

// sarifSplit returns the findings that become results, and what is said of the others.
func (v *view) sarifSplit() (finding.List, []sarifNotification) {
	var placed finding.List
	var notices []sarifNotification
	for _, f := range worstFirst(v.findings) {
		if f.IsValid() {
			placed = append(placed, f)
		} else if len(notices) < maxResults {
			notices = append(notices, sarifNotification{f.Severity.String(), sarifText{Text: Visible(f.Code) + " " + explained(f)}})
		}
	}
	if over := len(placed) - maxResults; over > 0 {
		placed = placed[:maxResults]
		notices = append(notices, sarifNotification{"warning", sarifText{
			Text: fmt.Sprintf("%s left out, since code scanning takes %d; the worst ones are here", plural(over, "finding"), maxResults),
		}})
	}
	return placed, notices
}

func (v *view) sarifResult(f finding.Finding) sarifResult {
	r := sarifResult{
		RuleID: ruleID(f.Code), Level: f.Severity.String(), Message: sarifText{Text: sarifMessage(f)},
		Locations: []sarifLocation{{Physical: sarifPhysical{sarifArtifact{uri(f.File)}, v.sarifRegion(f)}}},
		Related:   v.sarifRelated(f), Fixes: v.sarifFixes(f),
	}
	if hash := v.sources.file(f.File).lineHash(max(f.Line, 1)); hash != "" {
		r.Fingerprints = map[string]string{"primaryLocationLineHash": hash}
	}
	if f.Suppressed() {
		r.Suppressions = []sarifSuppression{{string(f.Suppression.Kind), f.Suppression.Justification}}
	}
	return r
}

// sarifMessage returns message and help.
func sarifMessage(f finding.Finding) string {
	text := described(f)
	if f.Help != "" {
		text += "\nhelp: " + visibleLines(f.Help)
	}
	return escapeLinks(text)
}

func (v *view) sarifRelated(f finding.Finding) []sarifLocation {
	var all []sarifLocation
	for _, r := range f.Related {
		if r.IsValid() && len(all) < maxRelated {
			at := v.sarifRegion(finding.Finding{Position: r.Position})
			all = append(all, sarifLocation{len(all) + 1, sarifPhysical{sarifArtifact{uri(r.File)}, at}, &sarifText{Text: escapeLinks(Visible(r.Message))}})
		}
	}
	return all
}

// sarifRegion returns all four numbers, which GitHub wants. A file as a whole is the beginning of its first line; where a
// line's text isn't known, so that its bytes can't be counted as characters, it is the line with its end.
func (v *view) sarifRegion(f finding.Finding) sarifRegion {
	at := v.sources.region(f)
	if at.start.line == 0 {
		return sarifRegion{1, 1, 1, 1}
	}
	from, to := at.start.in(utf16Units), at.end.in(utf16Units)
	if at.start.known && at.start.column == 0 {
		from = 1
	}
	if from == 0 || to == 0 {
		return sarifRegion{at.start.line, 1, at.end.line + 1, 1}
	}
	return sarifRegion{at.start.line, from, at.end.line, to}
}
