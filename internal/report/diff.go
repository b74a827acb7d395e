package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// writeDiff writes what the fixes of the findings would change, as a patch for "git apply" or "patch -p1". A patch has to have the lines of
// a file as they are, so that a file in which something can't be seen, but for tabs and the ends of lines, is left out and named before all
// else, where those who read patches pass over it.
func writeDiff(w io.Writer, v *view) error {
	edits := map[string][]source.Edit{}
	var names []string
	for _, f := range v.active() {
		if len(f.Fixes) == 0 || !allFree(edits, f.Fixes[0].Edits) {
			continue
		}
		for _, e := range f.Fixes[0].Edits {
			if edits[e.File] == nil {
				names = append(names, e.File)
			}
			edits[e.File] = append(edits[e.File], source.Edit{Start: e.Start, End: e.End, Text: e.Text})
		}
	}
	slices.Sort(names)
	var patches []byte
	for _, name := range names {
		before, after, why := v.changed(name, edits[name])
		if why != "" {
			fmt.Fprintf(w, "# %s is left out: %s\n", Visible(name), why)
			continue
		}
		patches = append(patches, diff.Diff("a/"+name, before, "b/"+name, after)...)
	}
	_, err := w.Write(patches)
	return err
}

// changed returns a file as it is and as it would be, or why it is not told.
func (v *view) changed(name string, edits []source.Edit) (before, after []byte, why string) {
	doc := v.sources.file(name)
	if doc == nil {
		return nil, nil, "its text is not known"
	}
	for _, e := range edits {
		if e.Start < 0 || e.End < e.Start || e.End > len(doc.content) {
			return nil, nil, "an edit is not inside it"
		}
	}
	before, after = doc.content, source.Apply(doc.content, edits...)
	if !plain(name) || strings.ContainsAny(name, "\t\r\n\\\"") || !plain(string(before)) || !plain(string(after)) {
		return nil, nil, "it has characters that can't be seen"
	}
	return before, after, ""
}

// plain reports whether a text can be shown as it is.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(strings.ReplaceAll(s, "\r\n", "\n"), func(r rune) bool { return r != '\n' && r != '\t' && hidden(r) })
}

// allFree reports whether edits touch none of others, nor each other.
func allFree(taken map[string][]source.Edit, edits []finding.Edit) bool {
	for i, e := range edits {
		for _, x := range taken[e.File] {
			if e.Start <= x.End && x.Start <= e.End {
				return false
			}
		}
		for _, x := range edits[:i] {
			if e.File == x.File && e.Start <= x.End && x.Start <= e.End {
				return false
			}
		}
	}
	return true
}
