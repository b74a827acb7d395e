package policy

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/outpath"
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
		if b.misplaced(at, t) {
			continue
		}
		if i := slices.IndexFunc(all, func(u Target) bool { return inTheWay(t.Path, u.Path) }); i >= 0 {
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
		Format: word("format"), Comment: word("comment"), Executable: truth(b, n.get("executable"), "").Value, Pos: n.label,
	}
}

func (b *builder) badTarget(n *node, message, help string, related ...finding.Related) {
	b.report(finding.Finding{Position: n.pos, Code: codeTarget, Path: n.path, Message: message, Help: help, Related: related})
}

// misplaced reports a path where no target can be written.
func (b *builder) misplaced(n *node, t Target) bool {
	why, help := outpath.Refuse(t.Path)
	if why == "" && slices.ContainsFunc(b.places.policyFiles(), func(name string) bool { return inTheWay(t.Path, name) }) {
		why, help = "is where a file of this policy stands", "choose another path"
	}
	if why != "" {
		b.badTarget(n, fmt.Sprintf("%s %s", quote(t.Path), why), help)
	}
	return why != ""
}

// inTheWay reports whether two paths can't both be files.
func inTheWay(one, other string) bool {
	return outpath.Same(one, other) || outpath.Within(one, other) || outpath.Within(other, one)
}

func (b *builder) sharedPath(n *node, t, other Target, at finding.Position) {
	message := fmt.Sprintf("targets %q and %q have one path", other.Name, t.Name)
	switch {
	case outpath.Within(t.Path, other.Path):
		message = fmt.Sprintf("target %q needs a folder where target %q is a file", t.Name, other.Name)
	case outpath.Within(other.Path, t.Path):
		message = fmt.Sprintf("target %q is a file where target %q needs a folder", t.Name, other.Name)
	case other.Path != t.Path:
		message += ", but for upper and lower case, which not every disk tells apart"
	}
	b.badTarget(n, message, "give each target a path of its own",
		finding.Related{Position: at, Message: fmt.Sprintf("the path of %q stands here", other.Name)})
}
