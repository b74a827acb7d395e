package source

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policygen/internal/finding"
)

// A Section is a section of an INI file. The values of its entries are scalars.
type Section struct {
	Name    Text
	Entries []Entry
	Pos     finding.Position // of its bracket
}

// Get returns the value of a key, or nil.
func (s Section) Get(key string) *Node { return lookup(s.Entries, key) }

// ParseINI reads an INI file as pytest does, that is as Python's iniconfig 2 does: a value begins at the margin behind the first
// "=" or ":" of its line; indented lines, and lines that begin with "[" but are no section, continue it and are joined by line
// breaks; lines that begin with "#" or ";" are comments wherever they stand, and there are no comments behind values.
// Names keep their case. An error is a *Problem; with one, pytest refuses the file. Older releases of iniconfig, such as 2.0, also
// refuse a byte order mark, which is skipped here.
//
// Python's configparser, which tox and setuptools use, differs in what rarely matters to commands: keys are compared in lower
// case, blank lines within a value stay, and the first key of a section may be indented.
func ParseINI(file string, text []byte) ([]Section, error) {
	return NewText(file, text).ParseINI()
}

// ParseINI is the function of that name for a text that may be part of a file, such as legacy_tox_ini in pyproject.toml.
func (t Text) ParseINI() ([]Section, error) {
	if p := t.notUTF8(); p != nil {
		return nil, p
	}
	r := iniReader{text: t, names: map[string]finding.Position{}}
	for at := 0; at < t.Len(); {
		end, next := pythonLine(t.value, at)
		if p := r.line(at, end); p != nil {
			return nil, p
		}
		at = next
	}
	r.close()
	if r.late != nil {
		return nil, r.late
	}
	return r.sections, nil
}

// An iniReader reads an INI file line by line.
type iniReader struct {
	text     Text
	sections []Section
	names    map[string]finding.Position // of sections, and of keys behind their section's name and a line break
	value    *builder                    // of the value that a line may continue, otherwise nil
	key      Text
	late     *Problem // iniconfig looks for these when it has read all lines
}

const iniHelp = "begin a line at the margin with [section], key = value, # or ;, and indent the lines that continue a value"

func (r *iniReader) line(start, end int) *Problem {
	s := r.text.value[start:end]
	trimmed := strings.TrimFunc(s, pythonSpace)
	switch {
	case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		return nil
	case s[0] == '[':
		if name, ok := sectionName(trimmed); ok {
			return r.section(start, name)
		}
	case !startsWithSpace(s):
		return r.entry(start, start+len(strings.TrimRightFunc(s, pythonSpace)))
	}
	at := start + strings.Index(s, trimmed)
	if r.value == nil {
		return r.text.problem(at, "a line that continues a value where there is none to continue", iniHelp)
	}
	if len(r.value.value) > 0 {
		r.value.put("\n", r.value.last, r.value.last)
	}
	r.value.take(at, at+len(trimmed))
	return nil
}

// sectionName returns the length of the name in a line that begins with a bracket, and whether it is a section.
func sectionName(line string) (length int, ok bool) {
	if i := strings.IndexAny(line, "#;"); i >= 0 {
		line = strings.TrimRightFunc(line[:i], pythonSpace)
	}
	return len(line) - len("[]"), line[len(line)-1] == ']'
}

func (r *iniReader) section(start, length int) *Problem {
	r.close()
	if length == 0 {
		return r.text.problem(start, "a section without a name", iniHelp)
	}
	name := r.text.Slice(start+1, start+1+length)
	r.once(name.String(), "section", name)
	r.sections = append(r.sections, Section{Name: name, Pos: r.text.At(start)})
	return nil
}

func (r *iniReader) entry(start, end int) *Problem {
	r.close()
	s := r.text.value[start:end]
	sign := strings.IndexAny(s, "=:")
	if sign < 0 {
		return r.text.problem(start, fmt.Sprintf("%q, which is neither a section nor a key with a value", s), iniHelp)
	}
	r.key = r.text.Slice(start, start+sign).trim(pythonSpace)
	if len(r.sections) == 0 {
		r.refuse(r.key, fmt.Sprintf("a key %q before the first section", r.key), iniHelp)
	} else {
		r.once(r.sections[len(r.sections)-1].Name.String()+"\n"+r.key.String(), "key", r.key)
	}
	value := strings.TrimLeftFunc(s[sign+1:], pythonSpace)
	r.value = newBuilder(r.text, end-len(value))
	r.value.take(end-len(value), end)
	return nil
}

// close ends the value of the last key.
func (r *iniReader) close() {
	if r.value != nil && len(r.sections) > 0 {
		last := &r.sections[len(r.sections)-1]
		text := r.value.text()
		last.Entries = append(last.Entries, Entry{r.key, &Node{Text: text, Tag: "!!str", Pos: text.At(0)}})
	}
	r.value = nil
}

// once holds that a name is not there yet.
func (r *iniReader) once(id, what string, name Text) {
	if first, there := r.names[id]; there {
		r.refuse(name, fmt.Sprintf("a second %s %q (the first at %d:%d)", what, name, first.Line, first.Column), "join the two")
	} else {
		r.names[id] = name.At(0)
	}
}

func (r *iniReader) refuse(at Text, what, help string) {
	if r.late == nil {
		r.late = at.problem(0, what, help)
	}
}

// pythonLine returns where a line ends and where the next one begins, as str.splitlines has it.
func pythonLine(s string, at int) (end, next int) {
	for i, c := range s[at:] {
		switch c {
		case '\r':
			if strings.HasPrefix(s[at+i:], "\r\n") {
				return at + i, at + i + 2
			}
			return at + i, at + i + 1
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
			return at + i, at + i + utf8.RuneLen(c)
		}
	}
	return len(s), len(s)
}

// pythonSpace is str.isspace.
func pythonSpace(c rune) bool { return unicode.IsSpace(c) || 0x1c <= c && c <= 0x1f }

func startsWithSpace(s string) bool {
	c, _ := utf8.DecodeRuneInString(s)
	return pythonSpace(c)
}

// Dedented returns a text without the blanks that all of its lines begin with.
func (t Text) Dedented() Text {
	lines := t.Lines()
	margin := -1
	for _, line := range lines {
		if s := line.String(); strings.TrimSpace(s) != "" {
			if blanks := len(s) - len(strings.TrimLeft(s, " \t")); margin < 0 || blanks < margin {
				margin = blanks
			}
		}
	}
	var parts []Text
	for _, line := range lines {
		parts = append(parts, line.Slice(min(max(margin, 0), line.Len()), line.Len()), Literal("\n", line.Slice(line.Len(), line.Len())))
	}
	return JoinTexts(parts...)
}

// Within returns a copy of a file in which all but one text is a comment of INI and TOML, so that ParseINI and ParseTOML tell the places
// of what is in the text: a tox.ini that pyproject.toml holds as legacy_tox_ini, or what a page shows of a file. It reports false for a
// text whose first line has more before it than blanks.
func Within(content []byte, text Text) ([]byte, bool) {
	if text.Len() == 0 {
		return nil, false
	}
	start, end := text.Offset(0), text.Offset(text.Len())
	line := bytes.LastIndexByte(content[:start], '\n') + 1
	if len(bytes.TrimLeft(content[line:start], " \t")) > 0 || line == 0 {
		return nil, false
	}
	masked := slices.Clone(content)
	for i := range masked {
		switch {
		case i >= line && i < end || masked[i] == '\n' || masked[i] == '\r':
		case i >= end && i > 0 && masked[i-1] != '\n' && masked[i-1] != '#':
			masked[i] = ' '
		default:
			masked[i] = '#'
		}
	}
	return masked, true
}
