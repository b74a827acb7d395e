package pins

import (
	"fmt"
	"path"
	"slices"

	"policygen/internal/pep440"
	"policygen/internal/pytest"
	"policygen/internal/source"
)

// readPytest reads what pytest itself checks when it starts: minversion and required_plugins, of the file that it chooses in each
// folder and of no other.
func (r *reader) readPytest(names []string) {
	seen := map[string]bool{}
	for _, name := range names {
		dir := path.Dir(name)
		if isPytestFile(name) {
			r.parses(name)
		}
		if seen[dir] || !isPytestFile(name) && !slices.Contains([]string{"pyproject.toml", "tox.ini", "setup.cfg"}, path.Base(name)) {
			continue
		}
		seen[dir] = true
		chosen := pytest.Resolve(pytest.Invocation{Dir: dir}, r.files, pytest.Releases{}).ConfigFile
		if path.Dir(chosen) == dir && slices.Contains(names, chosen) {
			if content, ok := r.content(chosen); ok {
				r.pytestFile(chosen, content)
			}
		}
	}
}

// parses reports a file that pytest would stop at.
func (r *reader) parses(file string) {
	content, ok := r.content(file)
	if !ok {
		return
	}
	var err error
	if path.Ext(file) == ".toml" {
		_, err = source.ParseTOML(file, content)
	} else {
		_, err = source.ParseINI(file, content)
	}
	if err != nil {
		r.unparsed(file, err)
	}
}

func (r *reader) pytestFile(file string, content []byte) {
	p := place{kind: RunTime, scope: scoped("pytest", file)}
	var entries []source.Entry
	if path.Ext(file) == ".toml" {
		entries = pytestTable(file, content)
	} else {
		section := "pytest"
		if path.Base(file) == "setup.cfg" {
			section = "tool:pytest"
		}
		sections, _ := source.ParseINI(file, content) // who reads the file besides reports that it can't be read
		for _, s := range sections {
			if s.Name.String() == section {
				entries = s.Entries
			}
		}
	}
	for _, e := range entries {
		switch e.Key.String() {
		case "minversion":
			r.minimum("pytest", e.Value, p)
		case "required_plugins":
			r.requiredPlugins(e.Value, p)
		}
	}
}

func pytestTable(file string, content []byte) []source.Entry {
	root, err := source.ParseTOML(file, content)
	if err != nil {
		return nil
	}
	if isPytestFile(file) {
		return entriesOf(root.Get("pytest"))
	}
	table := root.Get("tool", "pytest")
	return slices.Concat(entriesOf(table), entriesOf(table.Get("ini_options")))
}

// minimum adds the least version of a program that a file asks for.
func (r *reader) minimum(name string, node *source.Node, p place) {
	text := trimmed(node.Text)
	if _, err := pep440.Parse(text.String()); err != nil || node.Kind != source.Scalar {
		r.cannot(p, node.Pos, name, fmt.Sprintf("%q is no version", shortened(text.String())), "write a version such as 8.0")
		return
	}
	specifiers, err := pep440.ParseSpecifiers(">=" + text.String())
	if err != nil {
		r.cannot(p, node.Pos, name, fmt.Sprintf("%q is no version to begin with", shortened(text.String())), "write a version such as 8.0")
		return
	}
	r.site(Site{Position: text.At(0), Name: name, Written: text.String(), Spec: text}, specifiers, p)
}

// requiredPlugins reads a list, or words as a shell has them. Pytest never looks at their markers.
func (r *reader) requiredPlugins(node *source.Node, p place) {
	words := []source.Text{}
	if node.Kind == source.Scalar {
		words = splitWords(node.Text)
	}
	for _, item := range itemsOf(node) {
		words = append(words, item.Text)
	}
	for _, word := range words {
		req, err := parseRequirement(word.String())
		if err != nil {
			r.cannot(p, word.At(0), nameIn(word.String()), fmt.Sprintf("%q is no requirement: %s", shortened(word.String()), err), requirementHelp)
			continue
		}
		req.marker = Marker{}
		r.add(word, req, p)
	}
}
