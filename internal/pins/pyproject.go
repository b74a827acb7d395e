package pins

import (
	"fmt"
	"path"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pep440"
	"policygen/internal/source"
)

// toml parses a file, or reports that it is none.
func (r *reader) toml(file string, content []byte) *source.Node {
	root, err := source.ParseTOML(file, content)
	if err != nil {
		r.unparsed(file, err)
		return nil
	}
	return root
}

// unparsed reports that a file can't be parsed.
func (r *reader) unparsed(file string, err error) {
	if p, ok := err.(*source.Problem); ok {
		r.unreadable(Unreadable{Position: p.Position, Message: "there is " + p.What, Help: p.Help})
		return
	}
	r.unreadable(Unreadable{Position: finding.Position{File: file}, Message: err.Error()})
}

// readPyproject reads pyproject.toml.
func (r *reader) readPyproject(file string, content []byte) {
	root := r.toml(file, content)
	if root == nil {
		return
	}
	r.project(file, root)
	r.groups(file, root.Get("dependency-groups"))
	r.requirementList(root.Get("build-system", "requires"), place{kind: Build, scope: scoped("build", file)})
	r.uvSettings(file, root.Get("tool", "uv"))
	r.poetry(file, root)
	r.pdm(file, root.Get("tool", "pdm"))
	r.toxTables(file, root.Get("tool", "tox"))
}

// requirementList reads a list of PEP 508 texts.
func (r *reader) requirementList(list *source.Node, p place) {
	r.items(list, p, func(text source.Text) { r.requirement(text, p) })
}

// items calls a function for each text of a list.
func (r *reader) items(list *source.Node, p place, each func(source.Text)) {
	if list == nil {
		return
	}
	if list.Kind != source.List {
		r.cannot(p, list.Pos, "", "there has to be a list of requirements here", requirementHelp)
		return
	}
	for _, item := range list.Items {
		if item.Kind != source.Scalar || item.Tag != "!!str" {
			r.cannot(p, item.Pos, "", "there has to be a text here", requirementHelp)
			continue
		}
		each(item.Text)
	}
}

// project reads [project].
func (r *reader) project(file string, root *source.Node) {
	project := root.Get("project")
	if project == nil {
		return
	}
	p := place{kind: Declared, scope: scoped("project", file)}
	r.python(project.Get("requires-python"), p)
	r.requirementList(project.Get("dependencies"), p)
	if extras := project.Get("optional-dependencies"); extras != nil {
		for _, e := range extras.Entries {
			r.requirementList(e.Value, place{kind: Declared, scope: extraScope(e.Key.String(), file)})
		}
	}
	r.items(project.Get("dynamic"), p, func(field source.Text) { r.dynamic(file, field, root, p) })
}

func extraScope(name, file string) string {
	return scoped("extra "+pep440.NormalizeName(name), file)
}

// dynamic follows a field of [project] that the build backend fills in. Setuptools may take it from files, or from setup.cfg and
// setup.py, which are read by themselves; poetry has its own tables.
func (r *reader) dynamic(file string, field source.Text, root *source.Node, p place) {
	dynamic := root.Get("tool", "setuptools", "dynamic", field.String())
	backend := root.Get("build-system", "build-backend")
	switch name := field.String(); {
	case name != "dependencies" && name != "optional-dependencies" && name != "requires-python":
	case dynamic != nil && name == "dependencies":
		r.dynamicFiles(file, dynamic, p)
	case dynamic != nil && name == "optional-dependencies":
		for _, e := range dynamic.Entries {
			r.dynamicFiles(file, e.Value, place{kind: Declared, scope: extraScope(e.Key.String(), file)})
		}
	case root.Get("tool", "poetry") != nil:
	case backend == nil || strings.HasPrefix(backend.Text.String(), "setuptools"):
		dir := path.Dir(file)
		if !r.exists(path.Join(dir, "setup.py")) && !r.exists(path.Join(dir, "setup.cfg")) {
			r.cannot(p, field.At(0), "", fmt.Sprintf("%s is dynamic, and nothing here says where from", name), dynamicHelp)
		}
	default:
		r.cannot(p, field.At(0), "", fmt.Sprintf("%s is dynamic: %s makes it while it builds", name, backend.Text), dynamicHelp)
	}
}

const dynamicHelp = "policygen builds nothing: write the requirements down, or list the place as one that is not looked at"

// dynamicFiles reads {file = "requirements.txt"} or {file = [...]}.
func (r *reader) dynamicFiles(file string, table *source.Node, p place) {
	named := table.Get("file")
	switch {
	case named == nil:
		r.cannot(p, table.Pos, "", "there has to be a file here", dynamicHelp)
	case named.Kind == source.Scalar:
		r.namedFile(file, named.Text, p)
	default:
		r.items(named, p, func(text source.Text) { r.namedFile(file, text, p) })
	}
}

// namedFile reads a requirement file that another file names, in its scope.
func (r *reader) namedFile(file string, name source.Text, p place) {
	r.include(option{name: "--requirement", value: name}, file, p, []string{file}, nil)
}
