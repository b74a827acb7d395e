package generate

import (
	"fmt"
	"slices"

	"policygen/internal/source"
	"policygen/policy"
)

// checkBlocks reads the blocks of a rendered file by their markers and reports where they are not those of the target.
func checkBlocks(target policy.Target, content []byte) error {
	blocks, problems := source.Blocks(target.Path, content)
	for _, p := range problems {
		return p
	}
	var names []string
	for _, b := range blocks {
		names = append(names, b.Name)
	}
	if !slices.Equal(names, target.Blocks) {
		return fmt.Errorf("the file has the blocks %q and not %q", names, target.Blocks)
	}
	return nil
}
