package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"policygen/internal/finding"
)

// jsonVersion is the version of the json format. It is raised when a field is renamed or removed or means something
// else, not when one is added.
const jsonVersion = 1

type jsonReport struct {
	Version  int           `json:"version"`
	Findings []jsonFinding `json:"findings"`
	Rules    []jsonRule    `json:"rules,omitempty"`
}

// jsonPoint is a place in a file. Line, Column and Character count from 1, Column in bytes, Character in code points.
// Character is known where the text is.
type jsonPoint struct {
	Line      int `json:"line,omitempty"`
	Column    int `json:"column,omitempty"`
	Character int `json:"character,omitempty"`
}

type jsonRelated struct {
	File string `json:"file,omitempty"`
	jsonPoint
	About string `json:"about,omitempty"`
}

type jsonFinding struct {
	File string `json:"file,omitempty"`
	jsonPoint
	End         *jsonPoint       `json:"end,omitempty"`
	Severity    string           `json:"severity"`
	Code        string           `json:"code"`
	Path        string           `json:"path,omitempty"`
	Message     string           `json:"message"`
	Help        string           `json:"help,omitempty"`
	Related     []jsonRelated    `json:"related,omitempty"`
	Fixes       []jsonFix        `json:"fixes,omitempty"`
	Suppression *jsonSuppression `json:"suppression,omitempty"`
}

type jsonFix struct {
	Description string     `json:"description"`
	Edits       []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

type jsonSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification,omitempty"`
}

type jsonRule struct {
	Code        string   `json:"code"`
	Name        string   `json:"name,omitempty"`
	Severity    string   `json:"severity"`
	Summary     string   `json:"summary"`
	Description string   `json:"description,omitempty"`
	Help        string   `json:"help,omitempty"`
	Tags        []string `json:"tags,omitempty"`
}

func writeJSON(w io.Writer, v *view) error {
	r := jsonReport{Version: jsonVersion, Findings: make([]jsonFinding, len(v.findings))}
	for i, f := range v.findings {
		r.Findings[i] = v.jsonFinding(f)
	}
	for _, x := range v.rules {
		r.Rules = append(r.Rules, jsonRule{x.Code, x.Name, x.Severity.String(), x.Summary, x.Description, x.Help, x.Tags})
	}
	return encode(w, r, "  ")
}

func writeJSONLines(w io.Writer, v *view) error {
	for _, f := range v.findings {
		if err := encode(w, v.jsonFinding(f), ""); err != nil {
			return err
		}
	}
	return nil
}

// encode writes a value as JSON that leaves <, > and & readable. What a terminal would not show as it stands is escaped;
// that can only be in strings.
func encode(w io.Writer, value any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(value); err != nil {
		return err
	}
	_, err := io.WriteString(w, escapeUnits(b.String()))
	return err
}

// escapeUnits returns JSON with its hidden characters as escapes of UTF-16 units.
func escapeUnits(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r > 0x7e && hidden(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r <= 0x7e || !hidden(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

func (v *view) jsonPoint(p finding.Position) jsonPoint {
	if p.Line < 1 || p.File == "" {
		return jsonPoint{}
	}
	return jsonPoint{p.Line, max(p.Column, 0), v.sources.point(p).in(characters)}
}

func (v *view) jsonFinding(f finding.Finding) jsonFinding {
	out := jsonFinding{
		File: f.File, jsonPoint: v.jsonPoint(f.Position),
		Severity: f.Severity.String(), Code: f.Code, Path: f.Path, Message: f.Message, Help: f.Help,
	}
	if end := v.jsonPoint(f.End); end.Column > 0 && out.Column > 0 && f.End.File == f.File {
		out.End = &end
	}
	for _, r := range f.Related {
		out.Related = append(out.Related, jsonRelated{r.File, v.jsonPoint(r.Position), r.Message})
	}
	for _, x := range f.Fixes {
		fix := jsonFix{x.Description, make([]jsonEdit, len(x.Edits))}
		for i, e := range x.Edits {
			fix.Edits[i] = jsonEdit(e)
		}
		out.Fixes = append(out.Fixes, fix)
	}
	if f.Suppressed() {
		out.Suppression = &jsonSuppression{string(f.Suppression.Kind), f.Suppression.Justification}
	}
	return out
}
