package observe

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// A clone is a repository that a command or a step of a workflow puts into a folder: this one once more, or another one, of which
// nobody here knows what it holds.
type clone struct {
	name string
	dir  string // absolute in the simulation
	own  bool
}

// cloneValues are the options of "git clone" 2.50 whose value is the next word.
var cloneValues = []string{
	"-b", "--branch", "--depth", "-o", "--origin", "--reference", "--reference-if-able", "-c", "--config", "-j", "--jobs", "--filter", "--shallow-since",
	"--shallow-exclude", "--server-option", "-u", "--upload-pack", "--template", "--separate-git-dir", "--revision", "--bundle-uri", "--ref-format",
}

// toplevel answers where the repository begins.
func (t trail) toplevel(line command, _ map[string]string) (shell.Result, bool) {
	words := texts(line.words)
	if len(words) < 3 || words[0] != "git" || words[len(words)-1] != "--show-toplevel" || !slices.Contains(words, "rev-parse") {
		return shell.Result{}, false
	}
	return shell.Result{Known: true, Stdout: mount + "\n"}, true
}

// cloneOf reads a command line such as "git clone URL FOLDER".
func (r *repository) cloneOf(words []string, dir string) (clone, bool) {
	rest := words
	switch {
	case len(words) > 0 && name(words[0]) == "git":
		rest = words[1:]
		for len(rest) > 1 && (rest[0] == "-c" || rest[0] == "-C") {
			if rest[0] == "-C" {
				dir = joinDir(dir, rest[1])
			}
			rest = rest[2:]
		}
	case len(words) > 1 && name(words[0]) == "gh" && words[1] == "repo":
		rest = words[2:]
	}
	if len(rest) < 2 || rest[0] != "clone" {
		return clone{}, false
	}
	var operands []string
	for i := 1; i < len(rest); i++ {
		switch w := rest[i]; {
		case slices.Contains(cloneValues, w):
			i++
		case !strings.HasPrefix(w, "-"):
			operands = append(operands, w)
		}
	}
	return r.cloned(operands, dir)
}

// cloned returns what "URL" or "URL FOLDER" makes. One whose name nobody knows is taken for this repository, as of a contributor's fork.
func (r *repository) cloned(operands []string, dir string) (clone, bool) {
	if len(operands) == 0 {
		return clone{}, false
	}
	base := path.Base(strings.ReplaceAll(operands[0], ":", "/"))
	c := clone{name: strings.TrimSuffix(base, ".git")}
	into := c.name
	if len(operands) > 1 {
		into = operands[1]
	}
	c.own = isUnknown(operands[0]) || r.isOwn(c.name)
	c.dir = joinDir(dir, into)
	return c, c.name != "." && c.name != "/" && !isUnknown(c.dir) && c.dir != mount
}

var setupName = regexp.MustCompile(`(?m)\bname\s*=\s*["']([A-Za-z0-9._-]+)`)

// projectNames returns what the files of the root call the project.
func (r *repository) projectNames() (names []string) {
	if content, err := r.read("pyproject.toml"); err == nil {
		root, _ := source.ParseTOML("pyproject.toml", content)
		for _, n := range []*source.Node{root.Get("project", "name"), root.Get("tool", "poetry", "name")} {
			if n != nil {
				names = append(names, n.Text.String())
			}
		}
	}
	if content, err := r.read("setup.cfg"); err == nil {
		sections, _ := source.ParseINI("setup.cfg", content)
		for _, s := range sections {
			if n := s.Get("name"); n != nil && s.Name.String() == "metadata" {
				names = append(names, n.Text.String())
			}
		}
	}
	if content, err := r.read("setup.py"); err == nil {
		if m := setupName.FindSubmatch(content); m != nil {
			names = append(names, string(m[1]))
		}
	}
	return names
}

// isOwn reports whether a repository of a name is this one, by the name of its project or a package in one of the usual places.
func (r *repository) isOwn(called string) bool {
	if r == nil {
		return false
	}
	same := func(name string) bool { return plainProject(name) == plainProject(called) }
	if slices.ContainsFunc(r.projectNames(), same) {
		return true
	}
	for _, dir := range []string{".", "src", "python"} {
		if slices.ContainsFunc(r.entries(dir), func(e string) bool { return same(e) && r.isPackage(path.Join(dir, e)) }) {
			return true
		}
	}
	return false
}

// isPackage reports whether a folder holds a package of Python, or a project.
func (r *repository) isPackage(dir string) bool {
	return slices.ContainsFunc([]string{"__init__.py", "pyproject.toml", "setup.py"}, func(base string) bool { return r.isFile(path.Join(dir, base)) })
}

// plainProject returns a name of a project in the form in which alike ones are equal.
func plainProject(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
}

// clonesIn returns the repositories that commands put into folders, as their text tells.
func (r *repository) clonesIn(text source.Text, dir string) (all []clone) {
	if !strings.Contains(text.String(), "clone") {
		return nil
	}
	dir = absolute(dir)
	for _, command := range commandEnd.Split(text.String(), -1) {
		words := texts(splitWords(source.NewText("", []byte(command))))
		if len(words) == 2 && words[0] == "cd" && !strings.Contains(words[1], "$") {
			dir = joinDir(dir, words[1])
		}
		if c, ok := r.cloneOf(words, dir); ok && !strings.Contains(c.dir, "$") {
			all = append(all, c)
		}
	}
	return all
}

var commandEnd = regexp.MustCompile(`[;|&\n]+`)

// clone notes that a command of a run puts a repository into a folder.
func (t trail) clone(line command, _ map[string]string) (shell.Result, bool) {
	if line.module || line.code {
		return shell.Result{}, false
	}
	c, ok := t.scan.repo.cloneOf(texts(line.words), line.dir)
	if ok {
		t.round.clones = append(t.round.clones, c)
	}
	return shell.Result{}, ok
}

// cloneAt returns the repository that was put into a folder or one above it, the last one that was.
func (t trail) cloneAt(dir string) (clone, bool) {
	for _, all := range [][]clone{t.round.clones, t.entry.clones} {
		for _, c := range slices.Backward(all) {
			if dir == c.dir || strings.HasPrefix(dir, c.dir+"/") {
				return c, true
			}
		}
	}
	return clone{}, false
}

// moved returns where a path of this repository lies that is seen in a clone of it.
func (t trail) moved(at string) string {
	if c, ok := t.cloneAt(at); ok && c.own {
		return mount + strings.TrimPrefix(at, c.dir)
	}
	return at
}

// isForeign reports whether a path lies in a clone of another repository.
func (t trail) isForeign(at string) bool {
	c, ok := t.cloneAt(at)
	return ok && !c.own
}

// noFiles is a repository of which nobody knows what it holds.
type noFiles struct{}

// Open finds nothing.
func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// foreignSettings are those of a start in another repository: what its configuration may set is unknown where nothing else sets it.
func (t trail) foreignSettings(start Start, env map[string]string) pytest.Settings {
	s := pytest.Resolve(pytest.Invocation{Args: start.Argv, Env: env, Dir: start.Dir, Mount: mount}, noFiles{}, t.scan.options.Releases)
	for _, v := range []*pytest.Value{
		&s.Workers, &s.NumProcesses, &s.MaxProcesses, &s.Dist, &s.MaxWorkerRestart, &s.Timeout, &s.TimeoutMethod, &s.Markers, &s.Keywords,
	} {
		if v.From == pytest.Default {
			v.Unknown = append(slices.Clone(v.Unknown), "the configuration of "+start.Foreign)
		}
	}
	return s
}
