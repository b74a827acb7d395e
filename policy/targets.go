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
	taken := occupied{files: map[string]int{}, folders: map[string]int{}}
	for _, f := range n.fields {
		at := f.get("path")
		t := b.target(f)
		if t.Path == "" {
			continue
		}
		if b.misplaced(at, t) {
			continue
		}
		if i, ok := taken.by(t.Path); ok {
			b.sharedPath(at, t, all[i], n.get(all[i].Name, "path").pos)
			continue
		}
		taken.add(t.Path, len(all))
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

// occupied are the paths that targets have, and the folders that these need, as keys of [outpath.Fold], with the index of a target.
type occupied struct{ files, folders map[string]int }

func (o occupied) add(path string, i int) {
	o.files[outpath.Fold(path)] = i
	for _, folder := range outpath.Folders(path) {
		key := outpath.Fold(folder)
		if _, ok := o.folders[key]; !ok {
			o.folders[key] = i
		}
	}
}

// by returns the first target whose path can't be beside this one, see [inTheWay].
func (o occupied) by(path string) (first int, found bool) {
	note := func(m map[string]int, key string) {
		if i, ok := m[key]; ok && (!found || i < first) {
			first, found = i, true
		}
	}
	note(o.files, outpath.Fold(path))
	note(o.folders, outpath.Fold(path))
	for _, folder := range outpath.Folders(path) {
		note(o.files, outpath.Fold(folder))
	}
	return first, found
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
