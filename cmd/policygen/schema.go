package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"policygen"
	"policygen/internal/report"
)

func newSchemaCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [findings | starts]",
		Short: "Print the schema of the policy language, or of a JSON output",
		Long: `Print the CUE schema that every policy is unified with, comments and all. With it the ordinary cue command finds unknown
fields and values of the wrong form. Names that do not exist, caps, dist modes, ranges and time limits that contradict each
other, and a mistyped field at the top are found by policygen only.

With a name: the JSON Schema of what check or starts print with --format json.`,
		Example: `  policygen schema >schema.cue && cue vet -c policygen.cue schema.cue
  policygen schema findings`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := schemaOf(args)
			if err == nil {
				_, err = fmt.Fprint(s.out, text)
			}
			return err
		},
	}
}

func schemaOf(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return policygen.Schema, nil
	case args[0] == "findings":
		return string(report.Schema()), nil
	case args[0] == "starts":
		return startsSchema, nil
	}
	return "", usageError("no output has the schema %q; there are findings, starts, and without a name that of policies", args[0])
}
