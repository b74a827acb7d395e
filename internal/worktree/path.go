package worktree

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// checkArtifacts finds what no render may hand over: whoever reads the policy has checked its paths
// already, but a file written to the wrong place cannot be taken back.
func checkArtifacts(artifacts []Artifact) error {
	taken := make(map[string]string, len(artifacts))
	for _, a := range artifacts {
		if why := refusePath(a.Path); why != "" {
			return fmt.Errorf("artifact path %q %s", a.Path, why)
		}
		if a.Mode != 0o644 && a.Mode != 0o755 {
			return fmt.Errorf("artifact %q has mode %#o; 0644 and 0755 are allowed", a.Path, uint32(a.Mode))
		}
		if err := checkBlocks(a); err != nil {
			return err
		}
		if other, dup := taken[fold(a.Path)]; dup {
			return collision(other, a.Path)
		}
		taken[fold(a.Path)] = a.Path
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
		for _, folder := range folders(a.Path) {
			if file, ok := taken[fold(folder)]; ok {
				return fmt.Errorf("artifact path %q needs a folder where the artifact %q is a file", a.Path, file)
			}
		}
	}
	return nil
}

// refusePath says what is wrong with a path below the root, or nothing.
// Manifests are committed files, so a path in one is as foreign as any other input.
func refusePath(name string) string {
	switch {
	case strings.ContainsRune(name, '\\'):
		return "has a backslash; use slashes"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "has a control character"
	case path.IsAbs(name):
		return "is absolute; it must be relative to the root"
	case !fs.ValidPath(name) || name == ".":
		return `must be a clean path below the root, in UTF-8, without ".", ".." or empty elements`
	case isTemp(path.Base(name)):
		return "has the name of a temporary file of policygen"
	}
	for element := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(element, ".git") || strings.EqualFold(element, path.Dir(ManifestPath)) {
			return fmt.Sprintf("leads into %q, where nothing is rendered", element)
		}
	}
	return ""
}

// fold maps the paths that a case-insensitive file system takes for one to one key.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// folders returns the folders on the way to a path, outermost first: "a" and "a/b" for "a/b/c".
func folders(name string) []string {
	var list []string
	for i, r := range name {
		if r == '/' {
			list = append(list, name[:i])
		}
	}
	return list
}

var tempPattern = regexp.MustCompile(`^\.policygen-[0-9a-f]{16}\.tmp$`)

// isTemp reports whether a file name is one of tempName's.
func isTemp(base string) bool { return tempPattern.MatchString(base) }
