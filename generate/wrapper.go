package generate

import (
	"bytes"
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"

	"policygen/internal/shell"
)

//go:embed wrapper.sh.tmpl
var wrapperTemplate string

//go:embed runner.py
var runnerSource string

//go:embed events.py
var eventsSource string

// adHocRun is the run of a wrapper for paths that the command line names without --phase.
const adHocRun = "+ad-hoc"

// A wrapper is a rendered wrapper script together with what it was rendered from.
type wrapper struct {
	Text    []byte
	Path    string // relative to the output root
	input   Input
	script  *shell.Script // nil before parse
	origins [][]Origin    // of each line
}

// newWrapper renders the wrapper script for a path below the output root. It is not proved before [wrapper.verify] has returned nil.
func newWrapper(in Input, target string) (*wrapper, error) {
	text, origins, err := fillWrapper(in, target)
	if err != nil {
		return nil, err
	}
	return &wrapper{Text: sealed(text), Path: target, input: in, origins: origins}, nil
}

// parse parses the script, which must be in shfmt's form.
func (w *wrapper) parse() (err error) {
	name := path.Base(w.Path)
	formatted, err := shell.Format(name, w.Text)
	if err != nil {
		return err
	}
	if !bytes.Equal(w.Text, formatted) {
		return fmt.Errorf("%s:%d: shfmt would change this line", name, 1+bytes.Count(commonPrefix(w.Text, formatted), []byte("\n")))
	}
	w.script, err = shell.Parse(name, w.Text)
	return err
}

func commonPrefix(a, b []byte) []byte {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// fillWrapper fills in the template and returns the text and the origins of its lines.
func fillWrapper(in Input, target string) (text []byte, origins [][]Origin, err error) {
	var m marks
	tmpl, err := wrapperTmpl.Clone()
	if err != nil {
		return nil, nil, err
	}
	tmpl.Funcs(markFuncs(&m))
	body := bytes.NewBuffer(wrapperHeader(&m, in))
	if err := tmpl.Execute(body, newWrapperData(&m, in, target)); err != nil {
		return nil, nil, err
	}
	text, origins = m.lift(body.Bytes())
	return text, origins, nil
}

// wrapperData is what the template of the wrapper is filled with. Strings are unquoted.
type wrapperData struct {
	Name, Project, Version, Root     string
	Help                             string // marked
	Backends, Phases, Runs           []named
	DefaultBackend                   string
	BackendEnv                       []named
	WorkersEnv                       string
	Python, Venv, PythonPath, Looked []named
	Grace, Xdist                     string
	FailFast                         bool
	ValueOptions, DistModes          []string
	Backgrounds                      []background
	RunArms                          []runArms
	Runner, Events                   string // quoted

	From map[string][]Origin // of what has no list, and of lists as a whole
}

func newWrapperData(m *marks, in Input, target string) wrapperData {
	p, r, f := in.Policy, in.Policy.Runner, fields{in.Policy}
	d := wrapperData{
		Name: path.Base(target), Project: p.Project, Version: in.Version, Root: rootFrom(target),
		Backends: f.backends(), Phases: f.phases(),
		DefaultBackend: p.DefaultBackend.Value, BackendEnv: f.items("policy.runner.backendEnv", r.BackendEnv), WorkersEnv: r.WorkersEnv,
		Python: f.items("policy.runner.python", r.Python), Venv: f.items("policy.runner.venv", r.Venv),
		PythonPath: f.items("policy.runner.pythonpath", r.PythonPath),
		Grace:      seconds(r.GraceSeconds), Xdist: "error", FailFast: r.FailFast,
		ValueOptions: lines(valueOptions), DistModes: p.DistModes, Backgrounds: backgrounds(in),
		Runner: mustQuote(runnerSource), Events: mustQuote(eventsSource),
	}
	if r.SerialWithoutXdist {
		d.Xdist = "serial"
	}
	d.Looked = slices.Concat(d.Venv, d.Python)
	d.RunArms = allRunArms(in, runs(in))
	for _, run := range d.RunArms {
		d.Runs = append(d.Runs, named{run.Run, run.From})
	}
	d.From = map[string][]Origin{
		"name": f.target(target), "project": f.at("policy.project"), "dist": f.distModes(), "default": statedAt(p.DefaultBackend.Pos),
		"workersEnv": f.at("policy.runner.workersEnv"), "failFast": f.at("policy.runner.failFast"),
		"grace": f.at("policy.runner.grace"), "xdist": f.at("policy.runner.missingXdist"),
	}
	d.Help = markedHelp(m, in, d.Name, d.From["name"])
	return d
}

// rootFrom returns the way from the folder of a wrapper up to the output root: "tests/run.sh" gives "..".
func rootFrom(target string) string {
	depth := strings.Count(target, "/")
	if depth == 0 {
		return "."
	}
	return strings.TrimSuffix(strings.Repeat("../", depth), "/")
}

var wrapperTmpl = template.Must(template.New("wrapper").Option("missingkey=error").Funcs(template.FuncMap{
	"q":        mustQuote,
	"anycase":  anyCase,
	"patterns": casePatterns,
	"all":      fromAll,
	"list": func(names []named) (text string) {
		for _, n := range names {
			text += ", " + n.Name
		}
		return text
	},
}).Funcs(markFuncs(nil)).Parse(wrapperTemplate))

// markFuncs are the functions of the template that note origins.
func markFuncs(m *marks) template.FuncMap {
	return template.FuncMap{
		"from":   func(of []Origin) string { return m.note(of...) },
		"say":    func(of []Origin, parts ...string) string { return m.across(mustQuote(strings.Join(parts, "")), of) },
		"help":   func(marked string) string { return m.quote(marked) },
		"assign": func(all []word) string { return statements(m, all) },
		"words":  func(indent string, all []word) string { return wrappedWords(m, indent, all) },
	}
}
