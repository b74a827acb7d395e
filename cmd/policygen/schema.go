package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"policygen"
)

func newSchemaCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the schema of the policy language",
		Long: `Print the CUE schema that every policy is unified with, comments and all. With it the ordinary cue command finds unknown
fields and values of the wrong form. Names that do not exist, caps, dist modes, ranges and time limits that contradict each
other, and a mistyped field at the top are found by policygen only.`,
		Example: `  policygen schema >schema.cue && cue vet -c policygen.cue schema.cue`,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(s.out, policygen.Schema)
			return err
		},
	}
}
