package observe

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// A stage is what is in force for steps: those of a job, or of an action that a step uses.
type stage struct {
	file      file
	kind      Kind
	job       string
	where     string // for people
	hidden    string // how the failure of a step is lost
	scope     scope
	env       map[string]string
	texts     map[string]source.Text // of variables that the files set, where they stand
	handed    map[string]string      // variables that steps of the job have handed on, one map for all of them
	clones    *[]clone               // repositories that steps of the job have put into folders
	unsure    bool                   // whether a step runs depends on what nobody knows
	off       bool                   // no run comes to it
	passed    *passed                // what no combination of the matrix has come to yet; nil where there is none
	shell     string                 // of the defaults; empty for the runner's own
	dir       string                 // of the defaults
	os        string                 // as the runner names it; empty where that is unknown
	container bool
	checkout  string             // where in the workspace the repository is; empty for the workspace itself
	minutes   float64            // limit of a step; 0 where it has none
	open      []string           // the files on the way here
	callers   []finding.Position // the steps that lead to this file
	left      *int               // see workflow
	out       *found
}

// withEnv returns the stage with more variables in force: those of a map, or of an expression that is one, such as ${{ matrix.env }}.
// Values see the variables around them, not their neighbours.
func (st stage) withEnv(n *source.Node) stage {
	more := st.variables(n)
	if len(more) == 0 {
		return st
	}
	st.env, st.texts = maps.Clone(st.env), textsWith(st.texts)
	seen := map[string]any{}
	maps.Copy(seen, st.scope["env"].values)
	for name, value := range more {
		st.env[name], st.texts[name] = value.String(), value
		seen[strings.ToLower(name)] = value.String()
	}
	st.scope = st.scope.with("env", scopeContext{seen, true})
	return st
}

// variables returns the values of an "env". Expressions know the names of a map without their case, so that of most variables is taken.
func (st stage) variables(n *source.Node) map[string]source.Text {
	more := map[string]source.Text{}
	if n != nil && n.Kind == source.Scalar {
		values, _ := st.scope.value(n).(map[string]any)
		for name, value := range values {
			more[strings.ToUpper(name)] = source.Literal(textOf(value), n.Text)
		}
	}
	for _, e := range entriesOf(n) {
		if e.Value.Kind == source.Scalar {
			more[e.Key.String()] = st.scope.text(e.Value)
		}
	}
	return more
}

func textsWith(texts map[string]source.Text) map[string]source.Text {
	all := make(map[string]source.Text, len(texts)+4)
	maps.Copy(all, texts)
	return all
}

// passed is what is known of the steps of a job that not every combination of its matrix runs.
type passed struct {
	order []*source.Node
	read  map[*source.Node]func() // reads a step that some combination does not run
	run   map[*source.Node]bool
}

// over notes that a step is not run here. Without a job it is read at once.
func (p *passed) over(step *source.Node, read func()) {
	if p == nil {
		read()
		return
	}
	if p.read[step] == nil {
		p.order, p.read[step] = append(p.order, step), read
	}
}

func (p *passed) into(step *source.Node) {
	if p != nil {
		p.run[step] = true
	}
}

// finish reads the steps that no combination runs: they wait to be switched on again.
func (p *passed) finish() {
	for _, step := range p.order {
		if !p.run[step] {
			p.read[step]()
		}
	}
}

// steps reads the steps of a job or an action.
func (st stage) steps(n *source.Node) {
	if n == nil {
		return
	}
	for i, step := range n.Items {
		never := st.scope.never(step.Get("if"))
		switch {
		case st.out.full():
		case never:
			skipped := st
			skipped.off, skipped.handed, skipped.clones = true, maps.Clone(st.handed), &[]clone{}
			skipped.scope = st.scope.with("matrix", scopeContext{nil, true}) // of no entry of it
			st.passed.over(step, func() { skipped.step(step, i+1) })
		default:
			st.passed.into(step)
			st = st.withHanded()
			st.checkout = st.checkedOut(step)
			st.noteCheckout(step)
			st.step(step, i+1)
		}
	}
}

// checkedOut returns where the repository is after a step: a checkout may put it into a folder.
func (st stage) checkedOut(step *source.Node) string {
	use, with := step.Get("uses"), step.Get("with")
	if use == nil || !strings.HasPrefix(use.Text.String(), "actions/checkout@") || with.Get("repository") != nil {
		return st.checkout
	}
	return path.Clean(st.scope.text(with.Get("path")).String())
}

// noteCheckout notes another repository that a checkout puts into a folder of the workspace.
func (st stage) noteCheckout(step *source.Node) {
	use, with := step.Get("uses"), step.Get("with")
	if use == nil || !strings.HasPrefix(use.Text.String(), "actions/checkout@") || with.Get("repository") == nil || with.Get("path") == nil {
		return
	}
	operands := []string{st.scope.text(with.Get("repository")).String(), st.scope.text(with.Get("path")).String()}
	if c, ok := st.file.repo.cloned(operands, mount); ok {
		*st.clones = append(*st.clones, c)
	}
}

// inRepository returns a folder of the workspace as seen from where the repository is.
func (st stage) inRepository(dir string) string {
	dir = fromRoot(dir)
	if dir == st.checkout {
		return ""
	}
	return strings.TrimPrefix(dir, st.checkout+"/")
}

func (st stage) step(n *source.Node, number int) {
	st = st.withEnv(n.Get("env"))
	st.unsure = st.unsure || !st.scope.surely(n.Get("if"))
	if v := st.scope.value(n.Get("continue-on-error")); v == true {
		st.hidden = "continue-on-error"
	}
	st.where += ", step " + stepName(n, number)
	if m := numberOf(st.scope.value(n.Get("timeout-minutes"))); m > 0 { // an unknown one is no number
		st.minutes = m
	}
	if use := n.Get("uses"); use != nil {
		st.use(use, n.Get("with"))
		return
	}
	if run := n.Get("run"); run != nil && run.Kind == source.Scalar {
		st.run(st.scope.expand(run.Text), n.Get("shell"), n.Get("working-directory"))
	}
}

// stepName returns the name of a step as the file has it, or else its id or its number.
func stepName(n *source.Node, number int) string {
	for _, key := range []string{"name", "id"} {
		if name := n.Get(key); name != nil && name.Text.Len() > 0 {
			return strings.TrimSpace(name.Text.String())
		}
	}
	return strconv.Itoa(number)
}

// run takes commands as the shell of the step gets them.
func (st stage) run(text source.Text, shell, dir *source.Node) {
	how := st.shell
	if shell != nil {
		how = st.scope.text(shell).String()
	}
	at := st.dir
	if dir != nil {
		at = st.scope.text(dir).String()
	}
	sn := st.snippet(text)
	sn.dir = st.inRepository(at)
	if strings.Contains(text.String(), "cibuildwheel") {
		st.cibuildwheel()
	}
	started := shellOf(how, st.os, st.container)
	sn.dialect, sn.errExit, sn.pipeFail = started.dialect, started.errExit, started.pipeFail
	st.handOn(sn, started.language)
	*st.clones = append(*st.clones, st.file.repo.clonesIn(text, sn.dir)...)
	if started.language != "" {
		st.out.take(inLanguage(sn, started.language))
		return
	}
	st.out.add(sn)
}

// take adds what was made of a snippet.
func (f *found) take(snippets []snippet, problems []Problem) {
	f.add(snippets...)
	f.problems = append(f.problems, problems...)
}

func (st stage) snippet(text source.Text) snippet {
	env := withServiceVariables(st.env, text.String())
	return snippet{kind: st.kind, job: st.job, where: st.where, text: text, env: env, hidden: st.hidden, minutes: st.minutes, clones: slices.Clone(*st.clones), callers: st.callers, doubtful: st.off}
}

// serviceVariable is a name of a variable that CI services set to what only a run of them knows.
var serviceVariable = regexp.MustCompile(`\b(GITHUB|RUNNER|CI|GITLAB|CIRCLE|TRAVIS|CIRRUS|APPVEYOR|BITBUCKET|BUILDKITE|BUILD|SYSTEM|AGENT)_[A-Z][A-Z0-9_]*\b`)

// fromRoot returns a folder as seen from the root of the repository; one outside begins with "..".
func fromRoot(dir string) string {
	dir = path.Clean(strings.ReplaceAll(dir, `\`, "/"))
	switch {
	case dir == "." || dir == mount:
		return ""
	case strings.HasPrefix(dir, mount+"/"):
		return strings.TrimPrefix(dir, mount+"/")
	case path.IsAbs(dir):
		return ".." + dir
	}
	return dir
}
