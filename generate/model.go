package generate

import (
	"fmt"
	"slices"
	"strings"

	"policygen/policy"
)

// A stop is an early end of the shell part.
type stop outcome

func (stop) Error() string { return "stopped" }

// model is the command line of a wrapper, told from the plans and the wrapper contract.
// The renderer knows nothing of it: a simulated script is right when it does what the model does.
type model struct {
	policy  *policy.Policy
	version string
	name    string                   // of the script, for messages
	root    string                   // from the script's folder to the project root
	plans   map[string][]policy.Plan // by backend, in the order they run
	help    string
}

func newModel(in Input, name, root string) model {
	m := model{policy: in.Policy, version: in.Version, name: name, root: root, help: helpText(in, name), plans: map[string][]policy.Plan{}}
	for _, p := range in.Plans {
		m.plans[p.Backend] = append(m.plans[p.Backend], p)
	}
	return m
}

// Run returns what the wrapper must do for a call.
func (m model) Run(c wrapperCall) outcome {
	out, err := m.run(c)
	if s, stopped := err.(stop); stopped {
		return outcome(s)
	}
	return out
}

func (m model) run(c wrapperCall) (outcome, error) {
	line, err := m.parse(c.Args)
	if err != nil {
		return outcome{}, err
	}
	if err := m.environment(&line, c.Env); err != nil {
		return outcome{}, err
	}
	phases, err := m.phases(line)
	if err != nil {
		return outcome{}, err
	}
	if line.list {
		return outcome{Stdout: listing(phases)}, nil
	}
	python, from := m.python(c)
	if from == "PYTHON" && !slices.Contains(c.Python, python) && !slices.Contains(c.Commands, python) {
		return outcome{Code: 69, Stderr: m.name + ": PYTHON says '" + python + "', which is no program here\n"}, nil
	}
	if python == "" {
		looked := strings.Join(slices.Concat([]string{"PYTHON", "VIRTUAL_ENV"}, m.policy.Runner.Venv, m.policy.Runner.Python), ", ")
		return outcome{Code: 69, Stderr: m.name + ": no Python found; looked for " + looked + "\n"}, nil
	}
	inv := m.invocation(c, line, from)
	inv.Phases = phases
	return outcome{Exec: append([]string{python}, inv.Words()...)}, nil
}

func (m model) fail(format string, args ...any) error {
	return stop{Code: 64, Stderr: m.name + ": " + fmt.Sprintf(format, args...) + "\nTry: " + m.name + " --help\n"}
}

func (m model) unknown(kind, word string, known []string) error {
	if i := slices.IndexFunc(known, func(k string) bool { return near(word, k) }); i >= 0 {
		return m.fail("unknown %s '%s'; did you mean %s? known: %s", kind, word, known[i], strings.Join(known, " "))
	}
	return m.fail("unknown %s '%s'; known: %s", kind, word, strings.Join(known, " "))
}

// near reports whether one insertion, deletion, substitution or swap of neighbours makes a of b.
func near(a, b string) bool {
	if strings.Trim(a, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
		return false
	}
	for i := range len(b) + 1 {
		if i < len(b) && (b[:i]+b[i+1:] == a || i < len(a) && len(a) == len(b) && b[:i]+b[i+1:] == a[:i]+a[i+1:]) {
			return true
		}
		if i < len(a) && a[:i]+a[i+1:] == b {
			return true
		}
		if i+1 < len(b) && b[:i]+string(b[i+1])+string(b[i])+b[i+2:] == a {
			return true
		}
	}
	return a == b
}

// python returns the interpreter and where it came from, or "".
func (m model) python(c wrapperCall) (path, from string) {
	if p := c.Env["PYTHON"]; p != "" {
		return p, "PYTHON"
	}
	if env := c.Env["VIRTUAL_ENV"]; env != "" && slices.Contains(c.Python, env+"/bin/python") {
		return env + "/bin/python", "VIRTUAL_ENV"
	}
	for _, venv := range m.policy.Runner.Venv {
		candidate := m.rootOf(c.Script) + "/" + venv + "/bin/python"
		if !c.Link && slices.Contains(c.Python, candidate) {
			return candidate, venv
		}
	}
	for _, name := range m.policy.Runner.Python {
		if slices.Contains(c.Commands, name) {
			return name, "PATH"
		}
	}
	return "", ""
}

// rootOf returns the project root as the path of the script gives it.
func (m model) rootOf(script string) string {
	if i := strings.LastIndexByte(script, '/'); i >= 0 {
		return script[:i] + "/" + m.root
	}
	return m.root
}

// invocation returns the message to the runner but for the phases.
func (m model) invocation(c wrapperCall, line commandLine, pythonFrom string) invocation {
	p, r := m.policy, m.policy.Runner
	inv := invocation{Global: append([]pair{{"protocol", "1"}}, line.words...)}
	inv.add("name", m.name)
	inv.add("script", c.Script)
	inv.add("root", m.root)
	inv.add("project", p.Project)
	inv.add("policy", m.version)
	inv.add("mode", line.mode)
	inv.add("backend", line.backend)
	inv.add("backend-from", line.backendFrom)
	inv.add("python-from", pythonFrom)
	inv.add("keep-going", bit(line.keepGoing))
	inv.add("color", line.color)
	inv.add("preflight", bit(line.preflight))
	inv.add("grace", seconds(r.GraceSeconds))
	inv.add("xdist", map[bool]string{true: "serial", false: "error"}[r.SerialWithoutXdist])
	for _, folder := range r.PythonPath {
		inv.add("pythonpath", folder)
	}
	if c.Link && pythonFrom == "PATH" {
		for _, folder := range r.Venv {
			inv.add("venv", folder)
		}
	}
	if line.logDir != "" {
		inv.add("log-dir", line.logDir)
	}
	if line.junitDir != "" {
		inv.add("junit-dir", line.junitDir)
	}
	if line.shard != "" {
		inv.add("shard", line.shard)
	}
	for _, name := range r.BackendEnv {
		inv.add("env", name+"="+line.backend)
	}
	inv.add("plugin", eventsSource)
	inv.Needs, inv.Because = m.background(line.backend)
	return inv
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// background returns what the runs of a backend need and the workarounds they hold, each once.
func (m model) background(backend string) (required, because []section) {
	plans := m.plans[backend]
	for _, n := range needs(plans) {
		s := section{Name: n.Package, Pairs: []pair{{"range", n.Range}}}
		s.addNonEmpty("checked", n.CheckedThrough)
		s.add("why", n.Why)
		required = append(required, s)
	}
	for _, w := range workarounds(plans) {
		because = append(because, section{Name: w.Fact.ID, Pairs: []pair{{"text", w.line()}}})
	}
	return required, because
}
