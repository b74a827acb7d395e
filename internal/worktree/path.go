package worktree

import (
	"fmt"

	"policygen/internal/outpath"
)

// checkArtifacts finds what no render may hand over: whoever reads the policy has checked its paths
// already, but a file written to the wrong place cannot be taken back.
func checkArtifacts(artifacts []Artifact) error {
	taken := make(map[string]string, len(artifacts))
	for _, a := range artifacts {
		if why, help := outpath.Refuse(a.Path); why != "" {
			return fmt.Errorf("artifact path %q %s; %s", a.Path, why, help)
		}
		if a.Mode != 0o644 && a.Mode != 0o755 {
			return fmt.Errorf("artifact %q has mode %#o; 0644 and 0755 are allowed", a.Path, uint32(a.Mode))
		}
		if err := checkBlocks(a); err != nil {
			return err
		}
		if other, dup := taken[outpath.Fold(a.Path)]; dup {
			return collision(other, a.Path)
		}
		taken[outpath.Fold(a.Path)] = a.Path
	}
	return checkNesting(artifacts, taken)
}

// checkBlocks sees to it that the blocks of a partial artifact can be told from its content.
func checkBlocks(a Artifact) error {
	if !a.Partial {
		return nil
	}
	_, found, problem := findBlocks(a.Path, a.Content)
	switch {
	case problem != nil:
		return fmt.Errorf("artifact %q: %w", a.Path, problem)
	case len(found) == 0:
		return fmt.Errorf("artifact %q has no block", a.Path)
	}
	return nil
}

func collision(one, other string) error {
	if one == other {
		return fmt.Errorf("two artifacts have the path %q", one)
	}
	return fmt.Errorf("artifact paths %q and %q are one file where case does not count", one, other)
}

func checkNesting(artifacts []Artifact, taken map[string]string) error {
	for _, a := range artifacts {
		for _, folder := range outpath.Folders(a.Path) {
			if file, ok := taken[outpath.Fold(folder)]; ok {
				return fmt.Errorf("artifact path %q needs a folder where the artifact %q is a file", a.Path, file)
			}
		}
	}
	return nil
}
