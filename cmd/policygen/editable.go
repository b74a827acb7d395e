package main

import (
	"io/fs"
	"slices"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// editable returns the findings without fixes that would edit what policygen renders: there the policy is the place to change.
func (r repository) editable(found finding.List) finding.List {
	found = slices.Clone(found)
	for i, x := range found {
		found[i].Fixes = slices.DeleteFunc(slices.Clone(x.Fixes), func(fix finding.Fix) bool {
			return slices.ContainsFunc(fix.Edits, func(e finding.Edit) bool { return r.rendered(e, x.Line) != "" })
		})
	}
	return found
}

// rendered says what keeps a file, or a line of it, from being edited; "" where nothing does.
func (r repository) rendered(e finding.Edit, line int) string {
	if r.policy == nil {
		return ""
	}
	for _, t := range r.policy.Policy.Targets {
		if t.Path != e.File {
			continue
		}
		if len(t.Blocks) == 0 {
			return "the file is rendered"
		}
		text, err := fs.ReadFile(r.files, e.File)
		if err != nil {
			return "the file can't be read"
		}
		blocks, _ := source.Blocks(e.File, text)
		for _, b := range blocks {
			if b.Begin.Line < line && line < b.End.Line {
				return "this part of the file is rendered"
			}
		}
	}
	return ""
}
