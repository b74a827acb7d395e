package pins

import (
	"bytes"
	"strings"

	"policygen/internal/source"
)

// readSetupCfg reads setup.cfg: the requirements of setuptools, and the sections of tox.
func (r *reader) readSetupCfg(file string, content []byte) {
	sections, err := source.ParseINI(file, content)
	if err != nil {
		r.unparsed(file, err)
		return
	}
	for _, s := range sections {
		switch s.Name.String() {
		case "options":
			r.setupOptions(file, s)
		case "options.extras_require":
			for _, e := range s.Entries {
				r.setupList(file, e.Value, place{kind: Declared, scope: extraScope(e.Key.String(), file)})
			}
		}
	}
	if bytes.Contains(content, []byte("[testenv")) || bytes.Contains(content, []byte("[tox:tox]")) {
		r.toxSections(file, sections)
	}
}

func (r *reader) setupOptions(file string, s source.Section) {
	project := place{kind: Declared, scope: scoped("project", file)}
	for _, e := range s.Entries {
		switch strings.ReplaceAll(strings.ToLower(e.Key.String()), "-", "_") {
		case "install_requires":
			r.setupList(file, e.Value, project)
		case "tests_require":
			r.setupList(file, e.Value, place{kind: Declared, scope: extraScope("tests", file)})
		case "setup_requires":
			r.setupList(file, e.Value, place{kind: Build, scope: scoped("build", file)})
		case "python_requires":
			r.python(e.Value, project)
		}
	}
}

// setupList reads a list of setuptools: lines or, where there is one line only, what stands between semicolons. It may be in files.
func (r *reader) setupList(file string, value *source.Node, p place) {
	text := value.Text
	if strings.HasPrefix(strings.TrimSpace(text.String()), "file:") {
		at := strings.Index(text.String(), "file:") + len("file:")
		for _, name := range splitAt(text.Slice(at, text.Len()), ",\n") {
			r.namedFile(file, name, p)
		}
		return
	}
	separators := "\n"
	if !strings.Contains(text.String(), "\n") {
		separators = ";"
	}
	for _, line := range splitAt(text, separators) {
		if line = withoutComment(line); line.Len() > 0 {
			r.listed(line, p)
		}
	}
}

// splitAt splits a text at each of some bytes, and leaves out what is only white space.
func splitAt(text source.Text, separators string) (list []source.Text) {
	start := 0
	for i := 0; i <= text.Len(); i++ {
		if i < text.Len() && strings.IndexByte(separators, text.String()[i]) < 0 {
			continue
		}
		if part := trimmed(text.Slice(start, i)); part.Len() > 0 {
			list = append(list, part)
		}
		start = i + 1
	}
	return list
}
