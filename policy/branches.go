package policy

import (
	"fmt"
	"strings"

	"policygen/internal/finding"
)

// checkBranches finds branches that no push can ever be to: git refuses their names. "*" and "**" stand for what they match.
func (b *builder) checkBranches(n *node) {
	first := map[string]finding.Position{}
	for _, s := range b.texts(n, "") {
		if before, twice := first[s.Value]; twice {
			b.badCI(s.Pos, b.paths[s.Pos], fmt.Sprintf("branch %s is named twice", quote(s.Value)), "keep one of the two",
				finding.Related{Position: before, Message: "the other one"})
			continue
		}
		first[s.Value] = s.Pos
		switch why := noBranch(s.Value); {
		case strings.TrimSpace(s.Value) == "":
			b.badCI(s.Pos, b.paths[s.Pos], "the name of the branch is empty", "remove it")
		case why != "":
			b.badCI(s.Pos, b.paths[s.Pos], fmt.Sprintf("%s is the name of no branch: %s", quote(s.Value), why),
				`name a branch as git does; "*" stands for anything without a slash, "**" for anything`)
		}
	}
}

// noBranch says why nothing that matches a pattern is the name of a branch, or "". The rules are those of
// https://git-scm.com/docs/git-check-ref-format, with --branch.
func noBranch(pattern string) string {
	name := strings.ReplaceAll(strings.ReplaceAll(pattern, "**", "x"), "*", "x")
	switch i := strings.IndexFunc(name, notInBranch); {
	case strings.Contains(pattern, "***"):
		return `"***" is no sign for anything`
	case i >= 0:
		return fmt.Sprintf("none holds %q", string([]rune(name[i:])[:1]))
	case strings.HasPrefix(name, "-"):
		return `none begins with "-"`
	case name == "HEAD":
		return "git uses this word itself"
	}
	for _, part := range []string{"..", "@{", "//"} {
		if strings.Contains(name, part) {
			return fmt.Sprintf("none holds %q", part)
		}
	}
	return noBranchParts(name)
}

// notInBranch reports whether no name of a branch holds the character.
func notInBranch(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?[\`, r) }

// noBranchParts looks at what is between the slashes of a name.
func noBranchParts(name string) string {
	if strings.HasSuffix(name, ".") {
		return `none ends with "."`
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "":
			return "none begins or ends with a slash"
		case strings.HasPrefix(part, "."):
			return `no part of one begins with "."`
		case strings.HasSuffix(part, ".lock"):
			return `no part of one ends with ".lock"`
		}
	}
	return ""
}
