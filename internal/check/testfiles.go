package check

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
	"policygen/policy"
)

// A collection is how pytest looks for test files: what its configuration says, or its defaults, which are those of pytest 9.
type collection struct {
	folders []string // to look in
	files   []string // python_files
	passed  []string // norecursedirs
	ignored []string // paths of --ignore and patterns of --ignore-glob
}

var (
	pythonFiles   = []string{"test_*.py", "*_test.py"}
	noRecurseDirs = []string{"*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"}
)

// collects reads how the suite is collected. Where nothing says in which folders, those around the phases' own are looked in.
func (c *context) collects() collection {
	how := collection{files: c.iniWords("python_files", pythonFiles), passed: c.iniWords("norecursedirs", noRecurseDirs)}
	for _, p := range c.suite.Paths { // of testpaths what its patterns match
		if p.From != pytest.Default && len(p.Unknown) == 0 {
			how.folders = append(how.folders, path.Clean(p.Text))
		}
	}
	if len(how.folders) == 0 {
		how.folders = around(c.Plans)
	}
	for _, o := range c.suite.Options {
		if o.Dest == "ignore" || o.Dest == "ignore_glob" {
			how.ignored = append(how.ignored, path.Clean(o.Value))
		}
	}
	return how
}

// around returns the folders that the phases' folders lie in, and a folder at the top for itself.
func around(plans []policy.Plan) (folders []string) {
	for _, p := range plans {
		for _, s := range p.Paths {
			folder := path.Clean(s.Value)
			if parent := path.Dir(folder); parent != "." {
				folder = parent
			}
			if path.Ext(folder) != ".py" {
				folders = with(folders, folder)
			}
		}
	}
	return folders
}

// iniWords returns the words of a key of pytest's configuration, or others where it is not there or can't be read.
func (c *context) iniWords(key string, otherwise []string) []string {
	name := c.suite.ConfigFile
	content := []byte(c.text(name))
	var value *source.Node
	switch path.Ext(name) {
	case ".toml":
		if root, err := source.ParseTOML(name, content); err == nil {
			value = source.First(root.Get("tool", "pytest", "ini_options", key), root.Get("tool", "pytest", key), root.Get("pytest", key))
		}
	case ".ini", ".cfg":
		sections, _ := source.ParseINI(name, content)
		for _, s := range sections {
			if s.Name.String() == "pytest" || s.Name.String() == "tool:pytest" {
				value = source.First(value, s.Get(key))
			}
		}
	}
	return wordsOf(value, otherwise)
}

func wordsOf(n *source.Node, otherwise []string) (words []string) {
	switch {
	case n == nil:
		return otherwise
	case n.Kind == source.List:
		for _, item := range n.Items {
			words = append(words, item.Text.String())
		}
		return words
	}
	return strings.Fields(n.Text.String())
}

// testFiles returns the files that pytest would collect, from the root, sorted.
func (c *context) testFiles() (files []string) {
	how := c.collects()
	for _, folder := range how.folders {
		walk := func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || slices.Contains(how.ignored, name) || matchesAny(how.ignored, name):
				return skip(d)
			case d.IsDir() && name != "." && (matchesAny(how.passed, d.Name()) || c.isEnvironment(name)):
				return fs.SkipDir
			case d.Type().IsRegular() && matchesAny(how.files, d.Name()):
				files = append(files, name)
			}
			return nil
		}
		if fs.ValidPath(folder) {
			fs.WalkDir(c.Files, path.Clean(folder), walk) // walk returns no error
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

func skip(d fs.DirEntry) error {
	if d != nil && d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// isEnvironment reports whether a folder is a virtual environment, which pytest passes over.
func (c *context) isEnvironment(folder string) bool {
	_, err := fs.Stat(c.Files, path.Join(folder, "pyvenv.cfg"))
	return err == nil
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return err == nil && ok
	})
}
