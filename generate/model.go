package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"policygen/policy"
)

// A Call is one start of a wrapper: everything that its shell part can see.
type Call struct {
	Script   string // $0
	Link     bool   // $0 is a symbolic link
	Args     []string
	Env      map[string]string
	Python   []string // paths at which an executable Python stands
	Commands []string // commands on PATH
}

// An Outcome is all that the shell part of a wrapper does for a Call.
type Outcome struct {
	Code   int // exit code; 0 where the runner is started
	Stdout string
	Stderr string
	Exec   []string // the interpreter and the words of the Invocation; nil where the runner is not started
}

// A stop is an early end of the shell part.
type stop Outcome

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
func (m model) Run(c Call) Outcome {
	out, err := m.run(c)
	if s, stopped := err.(stop); stopped {
		return Outcome(s)
	}
	return out
}

func (m model) run(c Call) (Outcome, error) {
	line, err := m.parse(c.Args)
	if err != nil {
		return Outcome{}, err
	}
	if err := m.environment(&line, c.Env); err != nil {
		return Outcome{}, err
	}
	phases, err := m.phases(line)
	if err != nil {
		return Outcome{}, err
	}
	if line.list {
		return Outcome{Stdout: listing(phases)}, nil
	}
	python, from := m.python(c)
	if from == "PYTHON" && !slices.Contains(c.Python, python) && !slices.Contains(c.Commands, python) {
		return Outcome{Code: 69, Stderr: m.name + ": PYTHON says '" + python + "', which is no program here\n"}, nil
	}
	if python == "" {
		looked := strings.Join(slices.Concat([]string{"PYTHON", "VIRTUAL_ENV"}, m.policy.Runner.Venv, m.policy.Runner.Python), ", ")
		return Outcome{Code: 69, Stderr: m.name + ": no Python found; looked for " + looked + "\n"}, nil
	}
	inv := m.invocation(c, line, from)
	inv.Phases = phases
	return Outcome{Exec: append([]string{python}, inv.Words()...)}, nil
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

// A commandLine is what the words of a call say.
type commandLine struct {
	words                  []Pair // pass and pass-path
	backend, backendFrom   string
	workers, workersEnv    string
	dist                   string
	only, skip             []string
	paths, list, keepGoing bool
	mode, color            string
	preflight              bool
	logDir, junitDir       string
}

// ownOptions are the wrapper's options that take a value.
var ownOptions = []string{"-n", "--numprocesses", "--backend", "--phase", "--skip-phase", "--dist", "--log-dir", "--junit-dir"}

func (m model) parse(args []string) (commandLine, error) {
	line := commandLine{mode: "run", color: "auto", preflight: true}
	var serial, debugger, keepGoing, failFast bool
	for i := 0; i < len(args); i++ {
		word := args[i]
		last := i == len(args)-1
		name, value, joined := splitOption(word)
		switch {
		case word == "--":
			for _, rest := range args[i+1:] {
				line.words = append(line.words, Pair{"pass", rest})
			}
			i = len(args)
		case slices.Contains(ownOptions, word):
			if last {
				return line, m.fail("%s needs a value", word)
			}
			i++
			if strings.HasPrefix(args[i], "-") {
				return line, m.fail("%s needs a value, not '%s'", word, args[i])
			}
			if err := m.option(&line, word, args[i]); err != nil {
				return line, err
			}
		case joined:
			if err := m.option(&line, name, value); err != nil {
				return line, err
			}
		case word == "-h" || word == "--help":
			return line, stop{Stdout: m.help + "\n"}
		case word == "--policy-version":
			return line, stop{Stdout: m.version + "\n"}
		case word == "--serial":
			serial = true
		case word == "--list":
			line.list = true
		case word == "--dry-run" || word == "--print-config":
			line.mode = word[2:]
		case word == "--keep-going":
			keepGoing = true
		case word == "--fail-fast":
			failFast = true
		case word == "--no-color":
			line.color = "never"
		case word == "--no-preflight":
			line.preflight = false
		case slices.Contains(valueOptions, word):
			if last {
				return line, m.fail("%s needs a value", word)
			}
			i++
			line.words = append(line.words, Pair{"pass", word}, Pair{"pass", args[i]})
		case strings.HasPrefix(word, "-"):
			line.words = append(line.words, Pair{"pass", word})
			debugger = debugger || word == "--pdb" || word == "--trace"
		default:
			line.paths = true
			line.words = append(line.words, Pair{"pass-path", word})
		}
	}
	if debugger && line.workers == "" {
		line.workers = "0"
	}
	if serial && line.workers != "" && line.workers != "0" {
		return line, m.fail("--serial and -n %s contradict each other", line.workers)
	}
	if serial {
		line.workers = "0"
	}
	if keepGoing && failFast {
		return line, m.fail("--keep-going and --fail-fast contradict each other")
	}
	line.keepGoing = keepGoing || !failFast && !m.policy.Runner.FailFast
	return line, nil
}

// splitOption splits a word that holds one of the wrapper's options together with its value.
func splitOption(word string) (name, value string, ok bool) {
	if len(word) > 2 && strings.HasPrefix(word, "-n") {
		return "-n", strings.TrimPrefix(word[2:], "="), true
	}
	name, value, ok = strings.Cut(word, "=")
	return name, value, ok && len(name) > 2 && slices.Contains(ownOptions, name)
}

func (m model) option(line *commandLine, name, value string) (err error) {
	switch name {
	case "-n", "--numprocesses":
		line.workers, err = m.count(name, value)
	case "--backend":
		line.backendFrom = "flag"
		line.backend, err = m.backend(name, value)
		if err == nil && line.backend == "" {
			err = m.fail("--backend needs a name")
		}
	case "--phase", "--skip-phase":
		var known []string
		for _, p := range m.policy.Phases {
			known = append(known, p.Name)
		}
		if !slices.Contains(known, value) {
			return m.unknown("phase", value, known)
		}
		if name == "--phase" {
			line.only = append(line.only, value)
		} else {
			line.skip = append(line.skip, value)
		}
	case "--dist":
		if !slices.Contains(distModes, value) {
			return m.unknown("dist mode", value, distModes)
		}
		line.dist = value
	case "--log-dir":
		line.logDir = value
	case "--junit-dir":
		line.junitDir = value
	}
	if strings.HasSuffix(name, "-dir") && value == "" {
		err = m.fail("%s needs a folder", name)
	}
	return err
}

// count returns a worker count without leading zeros.
func (m model) count(name, value string) (string, error) {
	if value == "auto" || value == "logical" {
		return value, nil
	}
	digits := strings.TrimLeft(value, "0")
	if value == "" || strings.Trim(value, "0123456789") != "" || len(digits) > 4 {
		return "", m.fail("%s needs a number from 0 to 9999, auto or logical, not '%s'", name, value)
	}
	if digits == "" {
		return "0", nil
	}
	return digits, nil
}

// backend returns the backend that a word names, or "" for a blank one.
func (m model) backend(from, word string) (string, error) {
	word = strings.Trim(word, " \t\n")
	var known []string
	for _, b := range m.policy.Backends {
		if asciiEqualFold(word, b.Name) {
			return b.Name, nil
		}
		known = append(known, b.Name)
	}
	if word == "" {
		return "", nil
	}
	return "", m.unknown("backend (from "+from+")", word, known)
}

func asciiEqualFold(a, b string) bool {
	lower := func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	return strings.Map(lower, a) == b
}

// environment takes from the environment what the command line leaves open.
func (m model) environment(line *commandLine, env map[string]string) error {
	runner := m.policy.Runner
	if line.backend == "" {
		for _, name := range runner.BackendEnv {
			found, err := m.backend(name, env[name])
			if err != nil {
				return err
			}
			if found == "" || found == line.backend {
				continue
			}
			if line.backend != "" {
				return m.fail("%s says backend %s and %s says %s; unset one of them or use --backend",
					strings.TrimPrefix(line.backendFrom, "env "), line.backend, name, found)
			}
			line.backend, line.backendFrom = found, "env "+name
		}
	}
	if line.backend == "" {
		line.backend, line.backendFrom = m.policy.DefaultBackend.Value, "default"
	}
	if runner.WorkersEnv != "" && env[runner.WorkersEnv] != "" {
		count, err := m.count(runner.WorkersEnv, env[runner.WorkersEnv])
		line.workersEnv = count
		return err
	}
	return nil
}

// phases returns the sections of the phases that run.
func (m model) phases(line commandLine) ([]Section, error) {
	var sections []Section
	said := map[string]bool{"": true}
	for _, phase := range append(slices.Clone(m.policy.Phases), policy.Phase{}) {
		plans := m.plansOf(line.backend, phase.Name)
		if len(plans) == 0 && slices.Contains(line.only, phase.Name) && !slices.Contains(line.skip, phase.Name) {
			return nil, m.fail("phase %s does not run under backend %s", phase.Name, line.backend)
		}
		for _, plan := range plans {
			if !line.chooses(plan) {
				continue
			}
			section, note, err := m.section(line, plan)
			if err != nil {
				return nil, err
			}
			if !said[note] {
				section.add("note", note)
				said[note] = true
			}
			sections = append(sections, section)
		}
	}
	if len(sections) == 0 {
		return nil, m.fail("no phase is left to run")
	}
	return sections, nil
}

// plansOf returns the one or two plans of a phase under a backend; the ad-hoc plan has no phase name.
func (m model) plansOf(backend, phase string) []policy.Plan {
	var found []policy.Plan
	for _, p := range m.plans[backend] {
		if p.Phase == phase {
			found = append(found, p)
		}
	}
	return found
}

func (line commandLine) chooses(p policy.Plan) bool {
	switch {
	case p.AdHoc():
		return line.paths && len(line.only) == 0
	case slices.Contains(line.skip, p.Phase):
		return false
	case len(line.only) > 0:
		return slices.Contains(line.only, p.Phase)
	}
	return !line.paths
}

// section returns the section of a plan's run and what there is to say about its workers.
func (m model) section(line commandLine, p policy.Plan) (Section, string, error) {
	s := Section{Name: p.Name()}
	if p.AdHoc() {
		s.Name = "ad-hoc"
	}
	if p.Limit.IsSet() {
		s.add("limit", seconds(p.Limit.Value.Seconds()))
	}
	for _, a := range pytestArgs(p) {
		s.add("arg", a)
	}
	for _, e := range p.Env {
		switch e.Mode {
		case policy.Set:
			s.add("env", e.Name+"="+e.Value)
		case policy.Default:
			s.add("env-default", e.Name+"="+e.Value)
		case policy.Unset:
			s.add("unset", e.Name)
		}
	}
	if p.AllowEmpty.Value {
		s.add("allow-empty", "1")
	}
	if !p.Required.Value {
		s.add("required", "0")
	}
	if !line.paths {
		for _, i := range p.Ignore {
			s.add("arg", "--ignore="+i.Value)
		}
		for _, path := range p.Paths {
			s.add("path", path.Value)
		}
	}
	w, note, err := m.workers(line, p)
	if err != nil || line.list {
		return s, "", err
	}
	s.add("workers", w.count)
	s.add("workers-from", w.from)
	if w.count != "0" {
		dist := line.dist
		if dist == "" {
			dist = p.Dist.Value
		}
		s.addNonEmpty("dist", dist)
		s.addNonEmpty("restart", restartLimit(p, dist))
		s.addNonEmpty("max", w.max)
	}
	return s, note, nil
}

// A workerCount is the number of workers of a run, who said it, and the number that --maxprocesses holds it to.
type workerCount struct{ count, from, max string }

// workers decides by the resolution table: serial phase, flag, environment, policy; then the cap.
func (m model) workers(line commandLine, p policy.Plan) (w workerCount, note string, err error) {
	if p.Serial.Value {
		if line.workers != "" && line.workers != "0" {
			note = fmt.Sprintf("a phase that the policy makes serial stays serial: -n %s does not count there", line.workers)
		}
		return workerCount{"0", "serial", ""}, note, nil
	}
	w, beyond := workerCount{count: p.Workers.Value, from: string(p.Workers.Layer)}, policy.Beyond("")
	switch {
	case line.workers != "":
		w.count, w.from, beyond = line.workers, "flag", p.BeyondFlag.Value
	case line.workersEnv != "":
		w.count, w.from, beyond = line.workersEnv, "env "+m.policy.Runner.WorkersEnv, p.BeyondEnv.Value
	}
	if !p.Cap.IsSet() {
		return w, "", nil
	}
	w.max = strconv.Itoa(p.Cap.Value)
	number, err := strconv.Atoi(w.count)
	if err != nil || number <= p.Cap.Value || line.list {
		return w, "", nil // auto and logical stay under --maxprocesses by themselves
	}
	note = fmt.Sprintf("%d workers (from %s) are over the cap of %d for backend %s%s", number, w.from, p.Cap.Value, p.Backend, capReason(p))
	switch beyond {
	case policy.Refuse:
		return w, "", m.fail("%s", note)
	case policy.Clamp:
		note += "; running with " + w.max
		w.count = w.max
	case policy.Warn:
		w.max = w.count
	}
	return w, note, nil
}

// restartLimit returns the --max-worker-restart for a dist mode that may be another than the plan's:
// what the policy says holds for its own kind of mode, and a grouped mode without a word of it restarts no worker.
func restartLimit(p policy.Plan, dist string) string {
	grouped := func(mode string) bool { return mode == "loadfile" || mode == "loadscope" || mode == "loadgroup" }
	switch {
	case grouped(dist) == grouped(p.Dist.Value) && p.Restart.IsSet():
		return strconv.Itoa(p.Restart.Value)
	case grouped(dist):
		return "0"
	}
	return ""
}

func listing(phases []Section) string {
	var b strings.Builder
	last := ""
	for _, s := range phases {
		if name := strings.TrimSuffix(s.Name, "+serial"); name != last {
			b.WriteString(name + "\n")
			last = name
		}
	}
	return b.String()
}

// python returns the interpreter and where it came from, or "".
func (m model) python(c Call) (path, from string) {
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
func (m model) invocation(c Call, line commandLine, pythonFrom string) Invocation {
	p, r := m.policy, m.policy.Runner
	inv := Invocation{Global: append([]Pair{{"protocol", "1"}}, line.words...)}
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
func (m model) background(backend string) (required, because []Section) {
	plans := m.plans[backend]
	for _, n := range needs(plans) {
		s := Section{Name: n.Package, Pairs: []Pair{{"range", n.Range}}}
		s.addNonEmpty("checked", n.CheckedThrough)
		s.add("why", n.Why)
		required = append(required, s)
	}
	for _, w := range reasonsByBackend(plans) {
		because = append(because, Section{Name: w.ID, Pairs: []Pair{{"text", w.Text}}})
	}
	return required, because
}
