package pins

import (
	"io/fs"
	"path"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// readEnvironment reads which distributions a virtual environment holds, from the metadata that every installer leaves beside them.
func (r *reader) readEnvironment(env fs.FS, name string) {
	p := place{kind: Installed, scope: name}
	files := installedFiles(env)
	for _, file := range files {
		r.metadata(env, file, path.Join(name, file), p)
	}
	if config, err := fs.ReadFile(env, "pyvenv.cfg"); err == nil {
		r.installedPython(path.Join(name, "pyvenv.cfg"), config, p)
	} else if len(files) == 0 {
		r.cannot(p, finding.Position{File: name}, "", "there is no virtual environment in this folder", "name a folder that holds a pyvenv.cfg")
	}
}

// installedFiles returns the metadata of the distributions, by name. That of eggs is read where no dist-info is.
func installedFiles(env fs.FS) (files []string) {
	for _, pattern := range []string{
		"lib/python*/site-packages/*.dist-info/METADATA", "Lib/site-packages/*.dist-info/METADATA", "site-packages/*.dist-info/METADATA",
		"lib/python*/site-packages/*.egg-info/PKG-INFO", "Lib/site-packages/*.egg-info/PKG-INFO",
	} {
		found, err := fs.Glob(env, pattern)
		if err == nil {
			files = append(files, found...)
		}
	}
	return files
}

// metadata reads the headers of a METADATA file up to the first empty line.
func (r *reader) metadata(env fs.FS, file, shown string, p place) {
	content, err := fs.ReadFile(env, file)
	if err != nil {
		r.cannot(p, finding.Position{File: shown}, "", "the file can't be read", "")
		return
	}
	r.wasRead[shown] = nil
	var name, version *source.Node
	head, _, _ := strings.Cut(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n\n")
	for _, line := range source.NewText(shown, []byte(head)).Lines() {
		key, _, ok := strings.Cut(line.String(), ":")
		if !ok {
			continue
		}
		value := trimmed(line.Slice(len(key)+1, line.Len()))
		switch {
		case strings.EqualFold(key, "Name") && name == nil:
			name = &source.Node{Text: value, Pos: value.At(0)}
		case strings.EqualFold(key, "Version") && version == nil:
			version = &source.Node{Text: value, Pos: value.At(0)}
		}
	}
	if name == nil || version == nil {
		r.cannot(p, finding.Position{File: shown}, "", "the metadata tells no name and version", "")
		return
	}
	r.locked(p, name, version, nil, Marker{})
}

// installedPython reads which Python made the environment.
func (r *reader) installedPython(file string, config []byte, p place) {
	r.wasRead[file] = nil
	for _, line := range source.NewText(file, config).Lines() {
		key, _, ok := strings.Cut(line.String(), "=")
		if name := strings.TrimSpace(key); !ok || name != "version" && name != "version_info" {
			continue
		}
		value := trimmed(line.Slice(len(key)+1, line.Len()))
		numbers, _, _ := strings.Cut(value.String(), ".final") // virtualenv writes 3.12.1.final.0
		value = value.Slice(0, len(numbers))
		p.kind = Python
		r.locked(p, &source.Node{Text: source.Literal("python", value)}, &source.Node{Text: value, Pos: value.At(0)}, nil, Marker{})
		return
	}
}
