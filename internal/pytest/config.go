package pytest

import (
	"path"
	"strconv"
	"strings"

	"policygen/internal/finding"
)

// config is the configuration file that pytest chose, and what it says.
type config struct {
	file, root string
	keys       map[string]setting
	shadowed   []finding.Position
}

// A candidate is a file name that pytest looks for, and how the file is read.
type candidate struct {
	name  string
	load  loader
	since string // of pytest
}

// candidates are in pytest's order.
var candidates = []candidate{
	{"pytest.toml", loadPytestTOML, "9.0"}, {".pytest.toml", loadPytestTOML, "9.0"},
	{"pytest.ini", loadPytestINI, ""}, {".pytest.ini", loadHiddenINI, ""},
	{"pyproject.toml", loadPyproject, ""}, {"tox.ini", loadINI, ""}, {"setup.cfg", loadCfg, ""},
}

// findConfig is pytest's determine_setup: it finds the configuration file and the rootdir.
func (r *resolver) findConfig(first parsed) {
	words := first.words
	for _, w := range first.extras {
		if !strings.HasPrefix(w.Text, "-") {
			words = append(words, w)
		}
	}
	dirs := r.dirsOf(words)
	if file := lastOf(first, "inifilename"); file.value.Text != "" {
		r.namedConfig(file.value.Text, dirs)
	} else {
		r.searchConfig(dirs, lastOf(first, "rootdir").value.Text != "")
	}
	if root := lastOf(first, "rootdir").value.Text; root != "" {
		r.namedRoot(root)
	}
	r.override(first)
}

// lastOf returns the last event that sets something.
func lastOf(p parsed, dest string) event {
	for i := len(p.events) - 1; i >= 0; i-- {
		if p.events[i].dest == dest {
			return p.events[i]
		}
	}
	return event{}
}

// namedRoot takes the directory of --rootdir.
func (r *resolver) namedRoot(text string) {
	dir, inside := r.locate(text)
	switch {
	case !inside:
		r.config.root = text
	case r.isDir(dir):
		r.config.root = dir
	default:
		r.refuse("--rootdir: there is no directory " + strconv.Quote(text))
	}
}

// namedConfig reads the file of -c. One that lies outside the repository is taken to say nothing.
func (r *resolver) namedConfig(text string, dirs []string) {
	file, inside := r.locate(text)
	if !inside {
		r.config.root = r.ancestor(dirs...)
		return
	}
	r.config.file, r.config.root = file, path.Dir(file)
	load := r.loaderOf(file)
	switch {
	case !r.isFile(file) && (load != nil || atLeast(r.rel.Pytest, "9.2")):
		r.refuse("-c: there is no file " + strconv.Quote(text))
	case load == nil && atLeast(r.rel.Pytest, "9.2"):
		r.refuse("-c: " + strconv.Quote(text) + " ends in none of .cfg, .ini and .toml")
	case load != nil:
		r.config.keys, _ = r.load(file, load)
	}
}

// loaderOf returns how a file that -c names is read: by its name or, where that is none of the usual ones, by its ending.
func (r *resolver) loaderOf(file string) loader {
	for _, c := range candidates {
		if c.name == path.Base(file) && atLeast(r.rel.Pytest, c.since) {
			return c.load
		}
	}
	switch path.Ext(file) {
	case ".ini":
		return loadINI
	case ".cfg":
		return loadCfg
	case ".toml":
		return loadCustomTOML
	}
	return nil
}

// searchConfig looks in the common ancestor of the words and upwards; where neither a configuration file nor a setup.py is there, in
// each word's own directory and upwards.
func (r *resolver) searchConfig(dirs []string, rooted bool) {
	ancestor := r.ancestor(dirs...)
	if r.locateConfig(ancestor) || rooted {
		return
	}
	for _, dir := range upwards(ancestor) {
		if r.isFile(path.Join(dir, "setup.py")) {
			r.config.root = dir
			return
		}
	}
	if len(dirs) != 1 || dirs[0] != ancestor {
		if r.locateConfig(dirs...) {
			return
		}
	}
	r.config.root = r.ancestor(r.dir, ancestor)
}

// locateConfig looks for a file with configuration in directories and above them, and notes the others beside it. Since pytest 8.1 a
// pyproject.toml without any is as good where there is nothing else.
func (r *resolver) locateConfig(dirs ...string) bool {
	if len(dirs) == 0 {
		dirs = []string{r.dir}
	}
	pyproject := ""
	for _, start := range dirs {
		for _, dir := range upwards(start) {
			for i, c := range candidates {
				file := path.Join(dir, c.name)
				if !atLeast(r.rel.Pytest, c.since) || !r.isFile(file) {
					continue
				}
				if c.name == "pyproject.toml" && pyproject == "" {
					pyproject = file
				}
				if keys, ok := r.load(file, c.load); ok {
					r.config = config{file: file, root: dir, keys: keys, shadowed: r.shadowed(dir, i+1)}
					return true
				}
			}
		}
	}
	if pyproject != "" && atLeast(r.rel.Pytest, "8.1") {
		r.config = config{file: pyproject, root: path.Dir(pyproject)}
		return true
	}
	return false
}

// shadowed returns the tables and sections of the files beside the chosen one that pytest would look at after it. Since 9.0 pytest
// reads them too, and stops where it can't.
func (r *resolver) shadowed(dir string, from int) []finding.Position {
	var list []finding.Position
	for _, c := range candidates[from:] {
		file := path.Join(dir, c.name)
		if !atLeast(r.rel.Pytest, c.since) || !r.isFile(file) {
			continue
		}
		err := r.err
		l := r.loadTable(file, c.load)
		if r.refuse(l.refuse); l.table.counts {
			list = append(list, l.table.pos)
		}
		if !atLeast(r.rel.Pytest, "9.0") {
			r.err = err
		}
	}
	return list
}

// load returns what a file says, and whether it counts as a configuration file.
func (r *resolver) load(file string, load loader) (map[string]setting, bool) {
	l := r.loadTable(file, load)
	r.refuse(l.refuse)
	return l.table.keys, l.table.counts
}
