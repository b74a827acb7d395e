package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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

// writeJSON writes a value as indented JSON that leaves <, > and & readable.
func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
