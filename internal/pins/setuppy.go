package pins

import (
	"fmt"
	"strings"

	"policygen/internal/source"
)

// readSetupPy reads the calls of setup() in setup.py. What stands there as literals are sites; what Python computes nobody can tell.
func (r *reader) readSetupPy(file string, content []byte) {
	for _, g := range source.ReadPython(file, content).Groups {
		if g.Kind != source.PythonCall || g.Name != "setup" && !strings.HasSuffix(g.Name, ".setup") {
			continue
		}
		for _, arg := range g.Args {
			r.setupArgument(file, arg)
		}
	}
}

func (r *reader) setupArgument(file string, arg source.PythonArg) {
	project := place{kind: Declared, scope: scoped("project", file)}
	switch arg.Name {
	case "install_requires":
		r.pythonList(arg.Name, file, arg, project)
	case "tests_require":
		r.pythonList(arg.Name, file, arg, place{kind: Declared, scope: extraScope("tests", file)})
	case "setup_requires":
		r.pythonList(arg.Name, file, arg, place{kind: Build, scope: scoped("build", file)})
	case "python_requires":
		if text, ok := literal(arg); ok {
			r.python(&source.Node{Text: text, Tag: "!!str", Pos: text.At(0)}, project)
			return
		}
		r.computed(arg.Name, arg, project)
	case "extras_require":
		r.pythonExtras(file, arg, project)
	case "**", "*":
		r.computed("what is unpacked into setup()", arg, project)
	}
}

func literal(arg source.PythonArg) (source.Text, bool) {
	if arg.String == nil || !arg.String.Literal() {
		return source.Text{}, false
	}
	return arg.String.Text(nil), true
}

// pythonList reads a list of texts, or a text with a requirement on each line.
func (r *reader) pythonList(what, file string, arg source.PythonArg, p place) {
	if text, ok := literal(arg); ok {
		for _, line := range splitAt(text, "\n") {
			r.listed(line, p)
		}
		return
	}
	if arg.Group == nil || arg.Group.Kind == source.PythonCall {
		r.computed(what, arg, p)
		return
	}
	for _, item := range arg.Group.Args {
		if text, ok := literal(item); ok && item.Name == "" {
			r.listed(text, p)
		} else {
			r.computed("an item of "+what, item, p)
		}
	}
}

func (r *reader) pythonExtras(file string, arg source.PythonArg, project place) {
	if arg.Group == nil || arg.Group.Kind != source.PythonBraces {
		r.computed("extras_require", arg, project)
		return
	}
	for _, extra := range arg.Group.Args {
		name, condition, _ := strings.Cut(extra.Name, ":")
		if extra.Name == "" || strings.HasPrefix(extra.Name, "*") {
			r.computed("an extra of extras_require", extra, project)
			continue
		}
		p := place{kind: Declared, scope: extraScope(name, file)}
		if name == "" { // ":python_version<'3.8'" is no extra but a condition on what is always installed
			p.scope = project.scope
		}
		var err error
		if p.marker, err = ParseMarker(condition); err != nil {
			r.cannot(p, extra.Text.At(0), "", fmt.Sprintf("the condition %q can't be understood: %s", shortened(condition), err), "")
			continue
		}
		r.pythonList("the extra "+name, file, extra, p)
	}
}

func (r *reader) computed(what string, arg source.PythonArg, p place) {
	r.cannot(p, arg.Text.At(0), "", what+" is computed; policygen runs no Python", dynamicHelp)
}
