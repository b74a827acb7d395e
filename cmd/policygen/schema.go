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
		Long: `Print the CUE schema that every policy is unified with, comments and all. The ordinary cue command then checks
a policy too; it finds everything but a mistyped top-level field.`,
		Example: `  policygen schema >schema.cue && cue vet -c policygen.cue schema.cue`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(s.out, policygen.Schema)
			return err
		},
	}
}
