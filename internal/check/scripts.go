package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pytest"
	"policygen/policy"
)

// probe is a word that no script knows: it has to reach pytest as it is.
const probe = "policygen_probe and not x"

// excess is the number of workers over every cap that scripts are asked for.
const excess = 97

// Inputs returns what every script has to be tried with, so that the rules can tell what it does with its caller's wishes: each
// backend, more workers than allowed by option and by variable, and words that are pytest's.
func Inputs(p *policy.Policy) []observe.Input {
	if p == nil {
		return nil
	}
	n := strconv.Itoa(excess)
	inputs := []observe.Input{{Name: passing, Args: []string{"-k", probe}}, {Name: noXdist, NoXdist: true}}
	for _, b := range p.Backends {
		env := map[string]string{}
		for _, name := range p.Runner.BackendEnv {
			env[name] = b.Name
		}
		if len(env) == 0 && b.Name != p.DefaultBackend.Value {
			continue
		}
		add := func(name string, args []string, more string) {
			in := observe.Input{Name: name + " under " + b.Name, Args: args, Env: env}
			if more != "" {
				in.Env = map[string]string{more: n}
				for k, v := range env {
					in.Env[k] = v
				}
			}
			inputs = append(inputs, in)
		}
		add(asIs, nil, "")
		add(byFlag, []string{"-n", n}, "")
		add(byAuto, []string{"-n", "auto"}, "")
		if p.Runner.WorkersEnv != "" {
			add(byEnv, nil, p.Runner.WorkersEnv)
		}
	}
	return inputs
}

// The kinds of inputs.
const (
	passing = "-k 'policygen_probe and not x'"
	asIs    = "no arguments"
	byFlag  = "-n 97"
	byAuto  = "-n auto"
	byEnv   = "a variable of 97 workers"
	noXdist = "without pytest-xdist"
)

// letOver finds scripts with a worker count of their own that start more workers than the cap because of what they were given.
func letOver(c *context) (found finding.List) {
	for _, j := range c.scenarios {
		kind, _, _ := strings.Cut(j.Input, " under ")
		w := j.Settings.Workers
		asked := kind == byAuto && w.Text == "auto" || (kind == byFlag || kind == byEnv) && w.Text == strconv.Itoa(excess)
		most, capped := j.cap()
		if !asked || !capped || most.serial != "" || j.Wrapper != "" || j.byConfig() || j.against(most.most) != over || !c.decides(j) || c.anyway(j) {
			continue
		}
		found = append(found, c.letOverBy(kind, j, most))
	}
	return distinct(found)
}

// decides reports whether the script has a worker count of its own. One that only hands its arguments on decides as little as pytest does.
func (c *context) decides(j judged) bool {
	return slices.ContainsFunc(c.scenarios, func(s judged) bool {
		return strings.HasPrefix(s.Input, asIs) && s.File == j.File && s.Settings.NumProcesses.From == pytest.CommandLine
	})
}

// anyway reports whether the same command has as many workers without being asked.
func (c *context) anyway(j judged) bool {
	return slices.ContainsFunc(c.scenarios, func(s judged) bool {
		return strings.HasPrefix(s.Input, asIs) && s.backend == j.backend && s.Pytest() == j.Pytest() && s.Settings.Workers.Text == j.Settings.Workers.Text
	})
}

// letOverBy tells a script that lets a count through from one that does what the policy says.
func (c *context) letOverBy(kind string, j judged, most bound) finding.Finding {
	p, _ := j.plan()
	says := map[string]string{byFlag: "-n " + strconv.Itoa(excess), byAuto: "-n auto", byEnv: c.Policy.Runner.WorkersEnv + "=" + strconv.Itoa(excess)}[kind]
	f := finding.Finding{
		Position: j.Pytest(), Message: says + " reaches pytest " + most.words(j.backend),
		Help:    "pass --maxprocesses=" + strconv.Itoa(most.most) + " to pytest as the last word" + c.orWrapper(""),
		Related: most.says(),
	}
	if kind == byFlag && p.BeyondFlag.Value == policy.Warn || kind == byEnv && p.BeyondEnv.Value == policy.Warn {
		f.Severity = finding.Warning
		f.Message += "; the policy honours it with a warning that nothing here gives"
	}
	return f
}

// lostWords finds scripts that take options and don't hand those that are pytest's to any pytest.
func lostWords(c *context) (found finding.List) {
	type script struct {
		first  judged
		passed bool
	}
	scripts := map[string]*script{}
	for _, j := range c.scenarios {
		if j.Input != passing || !j.Certain {
			continue
		}
		s := scripts[j.File]
		if s == nil {
			s = &script{first: j}
			scripts[j.File] = s
		}
		s.passed = s.passed || slices.ContainsFunc(j.Argv, func(w pytest.Word) bool { return w.Text == probe })
	}
	for name, s := range scripts {
		if s.passed || !takesOptions(c.text(name)) || c.calledWithout(name) {
			continue
		}
		found = append(found, finding.Finding{Position: s.first.Position, Message: "-k and what follows it on the script's command line do not reach this pytest",
			Help: `pass "$@" on, or stop at an option that the script does not know`})
	}
	return found
}

// option matches where a script looks for options among its arguments, or hands all of them on in a way that breaks words.
var option = regexp.MustCompile(`(?m)\bgetopts\b|(?:^|;;|\bin)[ \t]*\(?["']?-[A-Za-z-][^()\n]*?\)|=[ \t]*["']?-[A-Za-z-]+["']?[ \t]*\]|\bpytest\b[^\n]*\$\*`)

// takesOptions reports whether a script takes options. Those that don't, or that take a name or a number by its place, are not called
// with any.
func takesOptions(text string) bool { return option.MatchString(text) }

// calledWithout reports whether the script is a step of something else and takes no arguments of pytest by design: it is called somewhere,
// and nowhere with words of pytest's.
func (c *context) calledWithout(script string) bool {
	calls := 0
	for _, s := range c.Observed.Starts {
		if s.Input != "" || s.File == script || len(s.Via) == 0 || s.Pytest().File != script {
			continue
		}
		calls++
		if slices.ContainsFunc(s.Call, func(w pytest.Word) bool { return strings.HasPrefix(w.Text, "-") && len(w.Text) > 1 }) {
			return false
		}
	}
	return calls > 0
}
