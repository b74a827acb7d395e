package pins

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
)

// readRequirementFiles reads the requirement and constraint files among the named ones. A file that another one includes is read with
// that one, in its scope; a ring of files that only include each other begins with the first.
func (r *reader) readRequirementFiles(names []string) {
	var roots []string
	for _, name := range names {
		if readerOf(name) == nil && !isPytestFile(name) {
			roots = append(roots, name)
		}
	}
	included := map[string]bool{}
	for _, name := range roots {
		for _, next := range r.includedBy(name) {
			included[next] = included[next] || next != name
		}
	}
	reached := map[string]bool{}
	read := func(name string) {
		kind := Declared
		if isConstraints(name) {
			kind = Constraint
		}
		r.requirementFile(name, place{kind: kind, scope: name}, []string{name}, reached)
	}
	for _, name := range roots {
		if !included[name] {
			read(name)
		}
	}
	for _, name := range roots {
		if !reached[name] {
			read(name)
		}
	}
}

// linesOf returns the lines of a requirement file, which is read once.
func (r *reader) linesOf(file string) ([]requirementLine, bool) {
	if lines, ok := r.parsed[file]; ok {
		return lines, true
	}
	content, ok := r.content(file)
	if !ok {
		return nil, false
	}
	var lines []requirementLine
	if why := wrongEncoding(content); why != "" {
		r.unreadable(Unreadable{Position: finding.Position{File: file}, Message: "it can't be read: " + why, Help: "save the file as UTF-8"})
	} else {
		lines = requirementLines(file, content)
	}
	r.parsed[file], r.headers[file] = lines, isCompiled(content)
	return lines, true
}

// includedBy returns the files that a file includes itself.
func (r *reader) includedBy(file string) (list []string) {
	lines, _ := r.linesOf(file)
	for _, line := range lines {
		for _, o := range line.options {
			if name, ok := inside(path.Dir(file), o.value.String()); ok && includes(o) && line.text.Len() == 0 {
				list = append(list, name)
			}
		}
	}
	return list
}

func includes(o option) bool { return o.name == "--requirement" || o.name == "--constraint" }

// maxIncludes bounds how deep files include each other.
const maxIncludes = 100

// requirementFile reads a file and those it includes. Chain has the files on the way to it, with it; reached notes all of them.
func (r *reader) requirementFile(file string, p place, chain []string, reached map[string]bool) {
	lines, ok := r.linesOf(file)
	if !ok {
		return
	}
	if reached != nil {
		reached[file] = true
	}
	if r.headers[file] && p.kind == Declared {
		p.kind = Locked
	}
	for _, line := range lines {
		r.requirementLine(line, file, p, chain, reached)
	}
}

// requirementLine reads a line of a file, or of a list in another file that has the same form.
func (r *reader) requirementLine(line requirementLine, file string, p place, chain []string, reached map[string]bool) {
	switch {
	case line.wrong != "":
		r.cannot(p, line.whole.At(0), nameIn(line.text.String()), fmt.Sprintf("%q can't be understood: %s", shortened(line.whole.String()), line.wrong), requirementHelp)
	case line.text.Len() > 0:
		r.listed(line.text, p)
	}
	if line.wrong != "" || line.text.Len() > 0 {
		return
	}
	for _, o := range line.options {
		switch {
		case includes(o):
			r.include(o, file, p, chain, reached)
		case o.name == "--editable":
			r.listed(o.value, p)
		case !optionsKnown([]option{o}):
			r.cannot(p, line.whole.At(0), "", fmt.Sprintf("nothing is known of the option %q", shortened(o.name)), "")
		}
	}
}

// nameIn returns the name that a text begins with if it may be one of a distribution.
func nameIn(text string) string {
	c := &cursor{text: text}
	name := c.identifier()
	if strings.IndexByte("<>=!~[;( @\t", peek(c)) < 0 && c.at < len(text) {
		return ""
	}
	return pep440.NormalizeName(name)
}

// include reads the file that -r or -c names.
func (r *reader) include(o option, file string, p place, chain []string, reached map[string]bool) {
	at, text := o.value.At(0), o.value.String()
	name, ok := inside(path.Dir(file), text)
	switch {
	case strings.Contains(text, "://"):
		r.cannot(p, at, "", fmt.Sprintf("%q is not in the repository", shortened(text)), "copy the file into the repository and name it by its path")
		return
	case !ok && p.shown:
		return
	case !ok:
		r.cannot(p, at, "", fmt.Sprintf("%q leads out of the repository", shortened(text)), "name a file of the repository by its relative path")
		return
	case slices.Contains(chain, name):
		r.cannot(p, at, "", fmt.Sprintf("%q includes itself: %s", name, strings.Join(append(slices.Clone(chain), name), " → ")), "take the include out; pip refuses it")
		return
	case len(chain) > maxIncludes:
		r.cannot(p, at, "", fmt.Sprintf("more than %d files include each other", maxIncludes), "")
		return
	}
	if info, err := fs.Stat(r.files, name); err != nil || info.IsDir() {
		if p.shown {
			return
		}
		r.cannot(p, at, "", fmt.Sprintf("there is no file %q", name), "correct the path, which is relative to the file it stands in")
		return
	}
	if !r.follow(p, at) {
		return
	}
	if o.name == "--constraint" {
		p.kind = Constraint
	} else if p.kind != Build {
		p.kind = Declared
	}
	p.via = append(slices.Clip(p.via), at)
	r.requirementFile(name, p, append(slices.Clip(chain), name), reached)
}
