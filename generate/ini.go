package generate

import (
	"errors"
	"fmt"
	"strings"
)

// An iniFile is the sections of an INI file, each with its values. The lines of a value are joined by "\n".
type iniFile map[string]map[string]string

// A lineError says what is wrong with a line of a file.
type lineError struct {
	line int // counted from 1
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

// readINI reads a text by the rules of iniconfig 2, which is what pytest reads its INI files with: comments stand on lines of their own,
// a line that begins with white space goes on with the value above, and neither a section nor a name in one may come twice.
func readINI(text string) (iniFile, error) {
	r := iniReader{file: iniFile{}}
	for i, raw := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		for line := range pythonLines(raw) {
			if err := r.line(line); err != nil {
				return r.file, &lineError{i + 1, err}
			}
		}
	}
	return r.file, nil
}

// An iniReader knows what the next line belongs to.
type iniReader struct {
	file    iniFile
	section map[string]string
	name    string // of the value that a line that begins with white space goes on with
}

func (r *iniReader) line(line string) error {
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "" || isINIComment(trimmed):
		return nil
	case line[0] == '[':
		return r.header(trimmed)
	case r.section == nil:
		return errors.New("it stands in no section")
	case line[0] == ' ' || line[0] == '\t':
		if r.name == "" {
			return errors.New("it goes on with nothing")
		}
		r.section[r.name] = strings.TrimPrefix(r.section[r.name]+"\n"+trimmed, "\n")
		return nil
	}
	return r.pair(line)
}

func isINIComment(trimmed string) bool { return trimmed[0] == '#' || trimmed[0] == ';' }

func (r *iniReader) header(line string) error {
	if end := strings.IndexAny(line, "#;"); end >= 0 {
		line = strings.TrimSpace(line[:end])
	}
	name, closed := strings.CutSuffix(line, "]")
	name = strings.TrimPrefix(name, "[")
	if _, twice := r.file[name]; twice || !closed || name == "" {
		return fmt.Errorf("%q is no section, or one for the second time", line)
	}
	r.section, r.name = map[string]string{}, ""
	r.file[name] = r.section
	return nil
}

func (r *iniReader) pair(line string) error {
	key, value, ok := strings.Cut(line, "=")
	if !ok || strings.Contains(key, ":") {
		key, value, ok = strings.Cut(line, ":")
	}
	name := strings.TrimSpace(key)
	if _, twice := r.section[name]; !ok || twice {
		return fmt.Errorf("%q is no key, or one for the second time", name)
	}
	r.name = name
	r.section[name] = strings.TrimSpace(value)
	return nil
}

// pythonLines splits text as Python's str.splitlines does, without the empty ones.
func pythonLines(text string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(text, func(r rune) bool {
		return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r)
	})
}
