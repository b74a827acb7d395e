package generate

import (
	"bytes"
	_ "embed"
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
	Text   []byte
	Path   string // relative to the output root
	input  Input
	script *shell.Script
}

// newWrapper renders the wrapper script for a path below the output root and parses it.
// It is not proved before [wrapper.verify] has returned nil.
func newWrapper(in Input, target string) (*wrapper, error) {
	var body bytes.Buffer
	if err := wrapperTmpl.Execute(&body, newWrapperData(in, target)); err != nil {
		return nil, err
	}
	text, err := shell.Format(append(wrapperHeader(in), body.Bytes()...))
	if err != nil {
		return nil, err
	}
	text = sealed(text)
	script, err := shell.Parse(path.Base(target), text)
	if err != nil {
		return nil, err
	}
	return &wrapper{Text: text, Path: target, input: in, script: script}, nil
}

// wrapperData is what the template of the wrapper is filled with. Strings are unquoted.
type wrapperData struct {
	Name, Project, Version, Help, Root string
	Backends, Phases, Runs             []string
	DefaultBackend                     string
	BackendEnv                         []string
	WorkersEnv                         string
	Python, Venv, PythonPath           []string
	Looked                             string
	Grace, Xdist                       string
	FailFast                           bool
	ValueOptions, DistModes            []string
	Backgrounds                        []background
	RunArms                            []runArms
	Runner, Events                     string // quoted
}

func newWrapperData(in Input, target string) wrapperData {
	p, r := in.Policy, in.Policy.Runner
	d := wrapperData{
		Name: path.Base(target), Project: p.Project, Version: in.Version, Root: rootFrom(target),
		DefaultBackend: p.DefaultBackend.Value, BackendEnv: r.BackendEnv, WorkersEnv: r.WorkersEnv,
		Python: r.Python, Venv: r.Venv, PythonPath: r.PythonPath,
		Grace: seconds(r.GraceSeconds), Xdist: "error", FailFast: r.FailFast,
		ValueOptions: lines(valueOptions), DistModes: p.DistModes,
		Runner: mustQuote(runnerSource), Events: mustQuote(eventsSource),
	}
	if r.SerialWithoutXdist {
		d.Xdist = "serial"
	}
	for _, name := range slices.Concat(r.Venv, r.Python) {
		d.Looked += ", " + name
	}
	for _, b := range p.Backends {
		d.Backends = append(d.Backends, b.Name)
	}
	for _, ph := range p.Phases {
		d.Phases = append(d.Phases, ph.Name)
	}
	d.Runs = runs(in)
	d.Backgrounds = backgrounds(in)
	d.RunArms = allRunArms(in, d.Runs)
	d.Help = helpText(in, d.Name)
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
	"words":    wrappedWords,
}).Parse(wrapperTemplate))
