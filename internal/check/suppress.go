package check

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/shell"
)

const (
	codeMalformed = "PG504"
	codeUnused    = "PG505"
	codeUnknown   = "PG503" // told under --strict only
)

// suppress marks the findings that a comment suppresses, and adds those about comments that are malformed or of no use.
func (c *context) suppress(found finding.List) finding.List {
	files := slices.Clone(c.Observed.Marked)
	for _, f := range found {
		files = append(files, f.File)
	}
	slices.Sort(files)
	for _, name := range slices.Compact(files) {
		text := c.text(name)
		if !strings.Contains(text, "policygen:") {
			continue
		}
		list, bad := directivesOf(name, []byte(text), extentsIn(c.Observed.Extents, name))
		for i := range found {
			list.apply(&found[i])
		}
		told, examples := append(bad, list.unused(c, false)...), list.aboutOthers()
		for i := range told {
			examples.apply(&told[i])
		}
		for _, f := range append(told, list.unused(c, true)...) {
			if c.Codes.has(f.Code) {
				found = append(found, f)
			}
		}
	}
	return found
}

// extentsIn returns the extents of a file.
func extentsIn(all []shell.Extent, name string) (list []shell.Extent) {
	for _, e := range all {
		if e.Start.File == name {
			list = append(list, e)
		}
	}
	return list
}

// Suppressed returns findings with those that a comment in their file suppresses marked so; see [Run] for all that is said of such comments.
func Suppressed(found finding.List, files fs.FS, seen observe.Report) finding.List {
	c := &context{Input: Input{Files: files}}
	read := map[string]directives{}
	for i := range found {
		name := found[i].File
		list, known := read[name]
		if !known {
			list, _ = directivesOf(name, []byte(c.text(name)), extentsIn(seen.Extents, name))
			read[name] = list
		}
		list.apply(&found[i])
	}
	return found
}

func (list directives) apply(f *finding.Finding) {
	for _, d := range list {
		i := slices.Index(d.codes, f.Code)
		if i < 0 || f.File != d.at.File || d.first > 0 && f.Line > 0 && (f.Line < d.first || f.Line > d.last) {
			continue
		}
		d.used[i] = true
		f.Suppression = finding.Suppression{Kind: finding.InSource, Justification: d.reason}
		return
	}
}

// aboutOthers returns the comments about other comments.
func (list directives) aboutOthers() (others directives) {
	for _, d := range list {
		if slices.ContainsFunc(d.codes, aboutComments) {
			others = append(others, d)
		}
	}
	return others
}

// unused finds comments without a finding of theirs: those about other comments, or all others. Codes that were not looked for, and those of
// pins, may have had one.
func (list directives) unused(c *context, comments bool) (found finding.List) {
	for _, d := range list {
		for i, code := range d.codes {
			if d.used[i] || !c.looksFor(code) || aboutComments(code) != comments {
				continue
			}
			found = append(found, finding.Finding{Position: d.at, Code: codeUnused, Severity: finding.Warning,
				Message: fmt.Sprintf("this comment ignores %s, and there is none", code), Help: "take it out"})
		}
	}
	return found
}

// looksFor reports whether this run would have found something with the code.
func (c *context) looksFor(code string) bool {
	i := slices.IndexFunc(Rules(), func(r Rule) bool { return r.Code == code })
	return i >= 0 && c.Codes.has(code) && (c.Policy != nil || Rules()[i].always) && (code != codeUnknown || c.Strict)
}
