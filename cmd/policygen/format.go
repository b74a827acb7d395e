package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"policygen/internal/finding"
)

// A format is the value of --format; it only takes the formats that a command has.
type format struct {
	value   string
	allowed []string
}

// bindFormat gives a command its --format, the first of the allowed ones being the default.
func bindFormat(flags *pflag.FlagSet, allowed ...string) *format {
	f := &format{allowed[0], allowed}
	flags.Var(f, "format", "output format: "+strings.Join(allowed, ", "))
	return f
}

// String, Set and Type make format a pflag.Value.
func (f *format) String() string { return f.value }

// Type names the value in help.
func (f *format) Type() string { return "format" }

// Set takes one of the allowed formats.
func (f *format) Set(s string) error {
	if !slices.Contains(f.allowed, s) {
		return fmt.Errorf("unknown format %q; use %s", s, strings.Join(f.allowed, " or "))
	}
	f.value = s
	return nil
}

// formatOf returns the value of a command's --format; empty where it has none.
func formatOf(cmd *cobra.Command) string {
	if flag := cmd.Flags().Lookup("format"); flag != nil {
		return flag.Value.String()
	}
	return ""
}

// findingJSON is a finding in JSON.
type findingJSON struct {
	positionJSON
	Severity string         `json:"severity"`
	Code     string         `json:"code"`
	Path     string         `json:"path,omitempty"` // the field of the policy
	Message  string         `json:"message"`
	Help     string         `json:"help,omitempty"`
	Related  []positionJSON `json:"related,omitempty"`
}

// positionJSON is a place, with what is said of it where it stands beside a finding. Lines and columns count from 1, columns in bytes.
type positionJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	About  string `json:"about,omitempty"`
}

func findingsJSON(findings finding.List) map[string]any {
	list := make([]findingJSON, len(findings))
	for i, f := range findings {
		list[i] = findingJSON{positionJSON{f.File, f.Line, f.Column, ""}, f.Severity.String(), f.Code, f.Path, f.Message, f.Help, nil}
		for _, r := range f.Related {
			list[i].Related = append(list[i].Related, positionJSON{r.File, r.Line, r.Column, r.Message})
		}
	}
	return map[string]any{"version": 1, "findings": list}
}

// writeJSON writes a value as indented JSON that leaves <, > and & readable.
func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
