package policy

import (
	"path"
	"slices"
)

// blocks are the parts that a target of a kind may have between markers, in the order of a whole file. Other kinds are always whole files.
var blocks = map[string][]string{
	docsKind:   {"commands", "backends", "phases", "workarounds", "requirements", "crashes", "exit-codes"},
	pytestKind: {"pytest"},
}

// BlocksOf returns the names of the blocks that a target of a kind may have, in the order of a whole file; nil for a kind that has none.
func BlocksOf(kind string) []string { return slices.Clone(blocks[kind]) }

// A PytestFile is a file that pytest reads its configuration from.
type PytestFile struct {
	Table string // that holds the configuration, such as "tool.pytest.ini_options"
	TOML  bool   // else INI

	name   string
	shared bool // it holds the configuration of other tools, too
}

// pytestFiles are the files by name, which is all that pytest goes by. It reads pytest.toml and .pytest.toml since 9.0.
var pytestFiles = [...]PytestFile{
	{"pytest", false, "pytest.ini", false}, {"pytest", false, ".pytest.ini", false},
	{"pytest", true, "pytest.toml", false}, {"pytest", true, ".pytest.toml", false},
	{"tool.pytest.ini_options", true, "pyproject.toml", true}, {"pytest", false, "tox.ini", true}, {"tool:pytest", false, "setup.cfg", true},
}

// PytestFileOf returns what pytest reads from a file, by the name at the end of its path; not ok where it reads nothing.
func PytestFileOf(file string) (f PytestFile, ok bool) {
	i := slices.IndexFunc(pytestFiles[:], func(f PytestFile) bool { return f.name == path.Base(file) })
	if i < 0 {
		return PytestFile{}, false
	}
	return pytestFiles[i], true
}
