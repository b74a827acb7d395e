package report

import (
	"strings"

	"policygen/internal/finding"
)

type (
	sarifFix struct {
		Description *sarifText    `json:"description,omitempty"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
)

// sarifFixes returns the fixes whose edits can all be told in lines and characters. Half a fix would be none.
func (v *view) sarifFixes(f finding.Finding) []sarifFix {
	var fixes []sarifFix
	for _, x := range f.Fixes {
		changes, ok := v.sarifChanges(x.Edits)
		if !ok || len(changes) == 0 {
			continue
		}
		fix := sarifFix{Changes: changes}
		if x.Description != "" {
			fix.Description = &sarifText{Text: escapeLinks(Visible(x.Description))}
		}
		fixes = append(fixes, fix)
	}
	return fixes
}

// sarifChanges returns edits by file, in the order in which the files appear.
func (v *view) sarifChanges(edits []finding.Edit) ([]sarifChange, bool) {
	var changes []sarifChange
	index := map[string]int{}
	for _, e := range edits {
		deleted, ok := v.deletedRegion(e)
		if !ok {
			return nil, false
		}
		if _, seen := index[e.File]; !seen {
			index[e.File] = len(changes)
			changes = append(changes, sarifChange{Artifact: sarifArtifact{uri(e.File)}})
		}
		c := &changes[index[e.File]]
		replacement := sarifReplacement{Deleted: deleted}
		if e.Text != "" {
			replacement.Inserted = &sarifText{Text: e.Text}
		}
		c.Replacements = append(c.Replacements, replacement)
	}
	return changes, true
}

// deletedRegion returns what an edit replaces; false where the file isn't known or the edit isn't inside it.
func (v *view) deletedRegion(e finding.Edit) (sarifRegion, bool) {
	doc := v.sources.file(e.File)
	if doc == nil || e.Start > e.End {
		return sarifRegion{}, false
	}
	start, ok := v.charactersAt(doc, e.File, e.Start)
	end, also := v.charactersAt(doc, e.File, e.End)
	return sarifRegion{start.line, start.column, end.line, end.column}, ok && also
}

// charactersAt returns line and column, in UTF-16 units, of a byte of a file.
func (v *view) charactersAt(doc *document, file string, offset int) (point, bool) {
	line, column, ok := doc.at(offset)
	if !ok {
		return point{}, false
	}
	at := v.sources.point(finding.Position{File: file, Line: line, Column: column})
	return point{line: line, column: at.in(utf16Units)}, at.known
}

// escapeLinks escapes what a reader of SARIF 2.1.0, section 3.11.6, makes a link of: "[text](target)".
func escapeLinks(s string) string {
	return strings.ReplaceAll(s, "](", `\](`)
}

// uri returns the name of a file, slash-separated, as a URI reference: relative unless the name is absolute.
func uri(name string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	if strings.HasPrefix(name, "/") {
		b.WriteString("file://")
	}
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}
