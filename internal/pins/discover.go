package pins

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
)

// passedOver are folders that hold other people's files or made ones.
var passedOver = map[string]bool{
	".git": true, ".hg": true, ".svn": true, "node_modules": true, "__pycache__": true, ".tox": true, ".nox": true,
	".venv": true, ".eggs": true, "site-packages": true, ".mypy_cache": true, ".pytest_cache": true, ".ruff_cache": true, ".cache": true,
}

// discover returns the files to read, by name.
func (r *reader) discover(paths []string) []string {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var names []string
	for _, p := range paths {
		p = path.Clean(p)
		info, err := fs.Stat(r.files, p)
		switch {
		case err != nil:
			r.unreadable(Unreadable{Position: finding.Position{File: p}, Message: "there is no such file or folder"})
		case info.IsDir():
			names = append(names, r.below(p)...)
		case readerOf(p) == nil && !isRequirements(p) && !isPytestFile(p) && path.Ext(p) != ".txt" && path.Ext(p) != ".in":
			r.unreadable(Unreadable{Position: finding.Position{File: p}, Message: "nothing that policygen reads has such a name", Help: filesHelp})
		default:
			names = append(names, p)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

const filesHelp = "name requirement files (.txt, .in), pyproject.toml, setup.cfg, setup.py, tox.ini, tox.toml, Pipfile, environment.yml, a lock, or folders"

// below returns the files in a folder that have the name of something to read.
func (r *reader) below(dir string) (names []string) {
	_ = fs.WalkDir(r.files, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			r.unreadable(Unreadable{Position: finding.Position{File: name}, Message: "it can't be read"})
			return nil
		case d.IsDir():
			if name != dir && (passedOver[d.Name()] || r.exists(path.Join(name, "pyvenv.cfg"))) {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && mayPin(d.Name()):
			if readerOf(name) != nil || isRequirements(name) || isPytestFile(name) || r.looksLikeRequirements(name) {
				names = append(names, name)
			}
		}
		return nil
	})
	return names
}

// mayPin reports whether a file with that name may be one that is read, by its ending: most of a repository is modules and pages, and
// each of them would be held against every pattern of names.
func mayPin(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".py":
		return base == "setup.py"
	case "", ".toml", ".cfg", ".ini", ".lock", ".yml", ".yaml", ".txt", ".in":
		return true
	}
	return false
}

// readerOf returns what reads a file of that name, but for requirement files and files of pytest alone.
func readerOf(name string) func(r *reader, file string, content []byte) {
	switch base := path.Base(name); base {
	case "pyproject.toml":
		return (*reader).readPyproject
	case "uv.toml":
		return (*reader).readUVConfig
	case "setup.cfg":
		return (*reader).readSetupCfg
	case "setup.py":
		return (*reader).readSetupPy
	case "tox.ini":
		return (*reader).readToxINI
	case "tox.toml":
		return (*reader).readToxTOML
	case "uv.lock":
		return (*reader).readUVLock
	case "poetry.lock":
		return (*reader).readPoetryLock
	case "pdm.lock":
		return (*reader).readPDMLock
	case "Pipfile":
		return (*reader).readPipfile
	case "Pipfile.lock":
		return (*reader).readPipfileLock
	default:
		switch {
		case pylockName.MatchString(base):
			return (*reader).readPylock
		case condaName.MatchString(base), path.Base(path.Dir(name)) == "environments" && condaEnding.MatchString(base):
			return (*reader).readConda
		}
	}
	return nil
}

var (
	pylockName  = regexp.MustCompile(`^pylock\.([^.]+\.)?toml$`)
	condaEnding = regexp.MustCompile(`\.ya?ml$`)
	condaName   = regexp.MustCompile(`^((.*[-_])?environment|conda[-_]env(ironment)?|env)([-_.].*)?\.ya?ml$`)

	requirementsName = regexp.MustCompile(`(?i)^(.*[-_.])?(requirements?|reqs?)([-_.0-9].*)?\.(txt|in|lock)$`)
	constraintsName  = regexp.MustCompile(`(?i)^(.*[-_.])?constraints?([-_.0-9].*)?\.(txt|in)$`)
	testListName     = regexp.MustCompile(`(?i)^(dev|tests?)[-_].*\.(txt|in)$`)
)

// isRequirements reports whether a file is a requirement or constraint file by its name, or by that of its folder.
func isRequirements(name string) bool {
	dir, base := path.Split(name)
	ext := path.Ext(base)
	return requirementsName.MatchString(base) || isConstraints(name) ||
		(ext == ".txt" || ext == ".in") && (path.Base(dir) == "requirements" || path.Base(dir) == "reqs")
}

func isConstraints(name string) bool { return constraintsName.MatchString(path.Base(name)) }

// looksLikeRequirements reports whether a file with a name such as test-list.txt holds requirements and nothing else.
func (r *reader) looksLikeRequirements(name string) bool {
	if !testListName.MatchString(path.Base(name)) {
		return false
	}
	content, why := r.load(name)
	if why != "" || len(content) > 1<<20 {
		return false
	}
	some := false
	for _, line := range requirementLines(name, content) {
		switch {
		case line.options != nil && optionsKnown(line.options):
		case line.text.Len() > 0:
			if _, err := parseRequirement(line.text.String()); err != nil {
				return false
			}
			some = true
		default:
			return false
		}
	}
	return some
}

func isPytestFile(name string) bool {
	switch path.Base(name) {
	case "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml":
		return true
	}
	return false
}

// inside returns a path that a file in a folder names, from the root; not ok if it leads out of it.
func inside(dir, name string) (string, bool) {
	if path.IsAbs(name) || strings.Contains(name, `\`) || strings.Contains(name, ":") || name == "" {
		return "", false
	}
	name = path.Join(dir, name)
	return name, fs.ValidPath(name)
}
