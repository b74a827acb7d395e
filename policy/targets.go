package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// targets reads the targets and finds those that can't be written where they say.
func (b *builder) targets(n *node, p *Policy) []Target {
	if n == nil {
		return nil
	}
	var all []Target
	for _, f := range n.fields {
		at := f.get("path")
		t := b.target(f)
		if t.Path == "" {
			continue
		}
		if why, help := misplaced(t.Path); why != "" {
			b.badTarget(at, fmt.Sprintf("%s %s", quote(t.Path), why), help)
			continue
		}
		if i := slices.IndexFunc(all, func(u Target) bool { return strings.EqualFold(u.Path, t.Path) }); i >= 0 {
			b.sharedPath(at, t, all[i], n.get(all[i].Name, "path").pos)
			continue
		}
		all = append(all, t)
	}
	p.Targets = all // checks of one may look at the others
	for _, t := range all {
		b.checkTarget(n.get(t.Name), t, p)
	}
	slices.SortStableFunc(all, func(t, u Target) int { return strings.Compare(t.Path, u.Path) })
	return all
}

func (b *builder) target(n *node) Target {
	word := func(name string) string { return text[string](b, n.get(name), "").Value }
	return Target{
		Name: n.name, Kind: word("kind"), Path: word("path"), Backend: word("backend"), Blocks: values(b.texts(n.get("blocks"), "")),
		Format: word("format"), Executable: truth(b, n.get("executable"), "").Value, Pos: n.label,
	}
}

func (b *builder) badTarget(n *node, message, help string, related ...finding.Related) {
	b.report(finding.Finding{Position: n.pos, Code: codeTarget, Path: n.path, Message: message, Help: help, Related: related})
}

func (b *builder) sharedPath(n *node, t, other Target, at finding.Position) {
	message := fmt.Sprintf("targets %q and %q have one path", other.Name, t.Name)
	if other.Path != t.Path {
		message += ", but for upper and lower case, which not every disk tells apart"
	}
	b.badTarget(n, message, "give each target a path of its own",
		finding.Related{Position: at, Message: fmt.Sprintf("the path of %q stands here", other.Name)})
}

// ownedFolders are no place for rendered files: the one is git's, the other holds policygen's manifest.
var ownedFolders = [...]string{".git", ".policygen"}

// misplaced says why a target can't have the path, or "".
func misplaced(p string) (why, help string) {
	clean := path.Clean(p)
	first, _, _ := strings.Cut(clean, "/")
	switch {
	case first == "..":
		return "leaves the project root", "paths are relative to the root"
	case clean == ".":
		return "is the project root itself", "name a file"
	case strings.HasSuffix(p, "/"):
		return "is a folder", "name a file in it"
	case clean != p:
		return "is not the shortest way to write this path", "write " + quote(clean)
	}
	for _, folder := range ownedFolders {
		if strings.EqualFold(first, folder) {
			return fmt.Sprintf("lies in %s, which is not for rendered files", folder), "choose another folder"
		}
	}
	return "", ""
}
