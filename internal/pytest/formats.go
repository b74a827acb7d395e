package pytest

import (
	"errors"
	"fmt"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// A table is what a file says about pytest.
type table struct {
	keys   map[string]setting
	pos    finding.Position // of the section or table; of a file that has none, the file as a whole
	counts bool             // the file is a configuration file of pytest, whatever it says
}

// A setting is the value of a key, as its file has it or as -o has it.
type setting struct {
	node     *source.Node
	native   bool  // types of TOML count: a list has to be a list, a string a string
	override *word // the value of -o, instead of a node
}

// A loader reads a kind of file.
type loader func(file string, text []byte, rel Releases) (table, error)

// loadSection returns the entries of a section of an INI file.
func loadSection(file string, text []byte, name string) (table, []source.Section, error) {
	sections, err := source.ParseINI(file, text)
	if err != nil {
		return table{}, nil, err
	}
	for _, s := range sections {
		if s.Name.String() == name {
			return entries(s.Entries, s.Pos, false), sections, nil
		}
	}
	return table{}, sections, nil
}

// entries makes a table that counts.
func entries(list []source.Entry, pos finding.Position, native bool) table {
	t := table{keys: map[string]setting{}, pos: pos, counts: true}
	for _, e := range list {
		t.keys[e.Key.String()] = setting{node: e.Value, native: native}
	}
	return t
}

func loadINI(file string, text []byte, _ Releases) (table, error) {
	t, _, err := loadSection(file, text, "pytest")
	return t, err
}

// loadPytestINI reads pytest.ini, which counts whatever is in it.
func loadPytestINI(file string, text []byte, rel Releases) (table, error) {
	t, err := loadINI(file, text, rel)
	if err == nil && !t.counts {
		t.pos, t.counts = finding.Position{File: file}, true
	}
	return t, err
}

// loadHiddenINI reads .pytest.ini, which counts even if it is empty only since pytest 9.0.
func loadHiddenINI(file string, text []byte, rel Releases) (table, error) {
	if atLeast(rel.Pytest, "9.0") {
		return loadPytestINI(file, text, rel)
	}
	return loadINI(file, text, rel)
}

// loadCfg reads setup.cfg, where pytest stops at a section that it has had long ago.
func loadCfg(file string, text []byte, _ Releases) (table, error) {
	t, sections, err := loadSection(file, text, "tool:pytest")
	if err != nil || t.counts {
		return t, err
	}
	for _, s := range sections {
		if s.Name.String() == "pytest" {
			return table{}, fmt.Errorf("%s: pytest refuses a section [pytest] in %s; it has to be [tool:pytest]", s.Pos, file)
		}
	}
	return table{}, nil
}

// loadPyproject reads [tool.pytest], which has TOML's own types since pytest 9.0, or [tool.pytest.ini_options].
func loadPyproject(file string, text []byte, rel Releases) (table, error) {
	root, err := source.ParseTOML(file, text)
	if err != nil {
		return table{}, err
	}
	return toolPytest(root, rel)
}

func toolPytest(root *source.Node, rel Releases) (table, error) {
	pytest := root.Get("tool", "pytest")
	if pytest == nil {
		return table{}, nil
	}
	var own []source.Entry
	for _, e := range pytest.Entries {
		if e.Key.String() != "ini_options" {
			own = append(own, e)
		}
	}
	options := pytest.Get("ini_options")
	switch native := len(own) > 0 && atLeast(rel.Pytest, "9.0"); {
	case native && options != nil && len(options.Entries) > 0:
		return table{}, fmt.Errorf("%s: pytest refuses [tool.pytest] and [tool.pytest.ini_options] side by side", options.Pos)
	case native:
		return entries(own, pytest.Pos, true), nil
	case options != nil:
		return entries(options.Entries, options.Pos, false), nil
	}
	return table{}, nil
}

// loadPytestTOML reads pytest.toml, which counts whatever is in it.
func loadPytestTOML(file string, text []byte, rel Releases) (table, error) {
	root, err := source.ParseTOML(file, text)
	if err != nil {
		return table{}, err
	}
	t, err := pytestTable(root, rel)
	if err == nil && !t.counts {
		t.pos, t.counts = finding.Position{File: file}, true
	}
	return t, err
}

// pytestTable reads [pytest]. Options outside of any table are refused since pytest 9.2.
func pytestTable(root *source.Node, rel Releases) (table, error) {
	if t := root.Get("pytest"); t != nil {
		return entries(t.Entries, t.Pos, true), nil
	}
	for _, e := range root.Entries {
		if e.Value.Kind != source.Map && atLeast(rel.Pytest, "9.2") {
			return table{}, fmt.Errorf("%s: pytest refuses %q outside of [pytest]", e.Key.At(0), e.Key)
		}
	}
	return table{}, nil
}

var errTwoTables = errors.New("pytest refuses [pytest] and [tool.pytest] in the same file")

// loadCustomTOML reads a file with a name of its own, which -c names. Before pytest 9.2 it has to look like pyproject.toml.
func loadCustomTOML(file string, text []byte, rel Releases) (table, error) {
	root, err := source.ParseTOML(file, text)
	if err != nil {
		return table{}, err
	}
	t, err := toolPytest(root, rel)
	switch {
	case err != nil || !atLeast(rel.Pytest, "9.2"):
		return t, err
	case !t.counts:
		return pytestTable(root, rel)
	case root.Get("pytest") != nil:
		return table{}, fmt.Errorf("%s: %w", file, errTwoTables)
	}
	return t, nil
}
