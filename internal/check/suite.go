package check

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pytest"
	"policygen/policy"
)

// suiteRules are about the suite as a whole: its files, its configuration, and what else runs it.
func suiteRules() []Rule {
	return []Rule{{
		Code: "PG216", Name: "a configuration that pytest ignores", Severity: finding.Warning, Since: "0.1.0",
		Summary: "pytest reads one configuration file; this one has settings for it too and is passed over",
		Why: "pytest takes the first of pytest.toml, .pytest.toml, pytest.ini, .pytest.ini, pyproject.toml, tox.ini and setup.cfg that has a " +
			"section for it. What stands in the others looks as if it held.",
		find: shadowed,
	}, {
		Code: "PG217", Name: "tests that belong to no phase, or to two", Severity: finding.Error, Since: "0.1.0",
		Summary: "a test file lies in no phase of the policy, or two phases without markers run it twice, or a script in the wrapper's place leaves a phase out",
		Why:     "What no phase runs can fail for months with everything green. What two phases run costs its time twice.",
		find:    uncovered,
	}, {
		Code: "PG218", Name: "another wrapper", Severity: finding.Warning, Since: "0.1.0",
		Summary: "a script runs several phases of the policy by itself, beside the rendered wrapper",
		Why:     "Old copies of a test runner go on being used, with the worker counts and folders of their day.",
		find:    otherWrappers,
	}, {
		Code: "PG219", Name: "Python code starts pytest", Severity: finding.Note, Since: "0.1.0",
		Summary: "code starts pytest by itself, so that only its literal words are known",
		Why:     "policygen does not run Python. What such code passes on besides the words that stand in it can't be held against the policy.",
		find:    fromPython,
	}, {
		Code: "PG220", Name: "a path that is not there", Severity: finding.Warning, Since: "0.1.0",
		Summary: "a command runs tests at a path that the repository does not have",
		Why: "A job for a folder that moved away stays green for ever: under pytest-xdist a missing folder is exit code 5, no tests, " +
			"which such jobs tend to accept.",
		find: gone,
	}}
}

// gone finds paths that are not in the repository. Patterns are for a shell, and braces for what fills in a template. What lies in a folder that is not there either may be made by the command.
func gone(c *context) (found finding.List) {
	for _, j := range c.starts {
		packages := slices.ContainsFunc(j.Settings.Options, func(o pytest.Option) bool { return o.Dest == "pyargs" })
		if j.Wrapper != "" || j.Kind.Shown() || j.Kind == observe.Image || j.Kind == observe.Python || j.Kind == observe.Nox || !j.Certain || packages {
			continue
		}
		for _, p := range j.Settings.Paths {
			at := targetOf(j.Start, p)
			if at == "" || p.From != pytest.CommandLine || strings.ContainsAny(at, "*?[{") || c.exists(at) || !c.exists(path.Dir(at)) || c.beside(j, at) {
				continue
			}
			found = append(found, finding.Finding{Position: placeOf(j, p), Message: fmt.Sprintf("there is no %q in the repository, so no test of it runs", at),
				Help: goneHelp(j), Related: j.from()})
		}
	}
	return distinct(found)
}

// goneHelp says what to do about a path that is not there. It may be the rest of an expression.
func goneHelp(j judged) string {
	for _, expression := range []string{j.Settings.Markers.Text, j.Settings.Keywords.Text} {
		if strings.HasPrefix(expression, "'") || strings.HasPrefix(expression, `"`) {
			return fmt.Sprintf("quotes in a variable don't hold words together, so the expression ends as %s: pass it in a word of its own, such as -m \"$markers\"", expression)
		}
	}
	return "take it out, or put the path right"
}

// beside reports whether a path exists as seen from the script that has it: it may be meant to be started in its own folder.
func (c *context) beside(j judged, at string) bool {
	return j.Kind == observe.Script && c.exists(path.Join(path.Dir(j.File), at))
}

func (c *context) exists(name string) bool {
	_, err := fs.Stat(c.Files, path.Clean(name))
	return err == nil
}

func shadowed(c *context) (found finding.List) {
	add := func(s pytest.Settings) {
		for _, at := range s.Shadowed {
			found = append(found, finding.Finding{
				Position: at, Message: fmt.Sprintf("pytest takes its settings from %s and ignores these", s.ConfigFile),
				Help: "move what still holds to " + s.ConfigFile,
			})
		}
	}
	add(c.suite)
	for _, j := range c.starts {
		add(j.Settings)
	}
	return distinct(found)
}

// uncovered finds test files without a phase, those of one folder together, and files that run twice.
func uncovered(c *context) (found finding.List) {
	groups := map[string][]string{}
	for _, file := range c.testFiles() {
		phases := c.phasesOf(file)
		switch {
		case len(phases) == 0:
			group := path.Dir(file)
			if slices.Contains(c.Observed.Marked, file) {
				group = file // what a comment in it says is for it alone
			}
			groups[group] = append(groups[group], file)
		case len(phases) > 1:
			found = append(found, finding.Finding{Position: finding.Position{File: file}, Message: "phases " + quoted(phases) + " all run this file",
				Help: "tell them apart by paths or markers"})
		}
	}
	for _, files := range groups {
		slices.Sort(files)
		f := finding.Finding{Position: finding.Position{File: files[0]}, Message: "no phase of the policy runs this file",
			Help: "add its folder to a phase, or give a last phase rest: true"}
		if len(files) > 1 {
			f.Message += fmt.Sprintf(", nor %d more in %s", len(files)-1, path.Dir(files[0]))
		}
		found = append(found, f)
	}
	return append(found, c.phasesLeftOut()...)
}

// phasesLeftOut finds the phases that no command of a script runs which stands where the wrapper is to be rendered. Where nobody knows what
// one of its commands runs, it may run any.
func (c *context) phasesLeftOut() (found finding.List) {
	var run []string
	var first finding.Position
	for _, j := range c.starts {
		if j.File != c.wrapper || j.Wrapper != "" || !j.direct() {
			continue
		}
		if j.backend == "" || len(targetsOf(j.Start)) == 0 {
			return nil
		}
		if at := j.Pytest(); !first.IsValid() || at.Compare(first) < 0 {
			first = at
		}
		for _, name := range slices.Concat(j.phases, j.touches) {
			run = with(run, name)
		}
	}
	for _, p := range c.Policy.Phases {
		if first.IsValid() && !slices.Contains(run, p.Name) {
			found = append(found, finding.Finding{
				Position: first, Message: fmt.Sprintf("no command of this script runs phase %q", p.Name),
				Help: "render the wrapper in its place", Related: policySays(p.Pos, "the policy has the phase"),
			})
		}
	}
	return found
}

// phasesOf returns the phases that run all tests of a file. Where markers or keywords choose among them, they are taken for complements
// of each other, which together are one phase.
func (c *context) phasesOf(file string) []string {
	var whole, part []string
	for _, p := range c.Plans {
		switch {
		case p.AdHoc() || !runs(p, []string{file}, ""):
		case p.Half == policy.WholePhase && (p.Markers.IsSet() || p.Keywords.IsSet()):
			part = with(part, p.Phase)
		default:
			whole = with(whole, p.Phase)
		}
	}
	if len(whole) == 0 && len(part) > 0 {
		return part[:1]
	}
	return whole
}

// A runner is a script that starts pytest.
type runner struct {
	at     finding.Position
	phases []string
	argv   []string // those that differ
}

func otherWrappers(c *context) (found finding.List) {
	if c.wrapper == "" {
		return nil
	}
	scripts := map[string]*runner{}
	for _, j := range c.starts {
		if j.Kind != observe.Script || j.Wrapper != "" || j.File == c.wrapper || !j.direct() || !j.Certain || j.picks() {
			continue
		}
		if scripts[j.File] == nil {
			scripts[j.File] = &runner{at: j.Position}
		}
		s := scripts[j.File]
		for _, p := range slices.Concat(j.phases, j.touches) {
			s.phases = with(s.phases, p)
		}
		var words []string
		for _, w := range j.Argv {
			words = append(words, w.Text)
		}
		s.argv = with(s.argv, strings.Join(words, "\x00"))
	}
	for name, s := range scripts {
		if len(s.phases) > 1 && len(s.argv) > 1 {
			found = append(found, finding.Finding{Position: s.at, Message: fmt.Sprintf("%s runs %d phases of the policy with options of its own", name, len(s.phases)),
				Help: "let it call " + c.wrapper + ", or remove it"})
		}
	}
	return found
}

// fromPython finds code that starts pytest. A test file that starts itself, or that tests a plugin, is no runner.
func fromPython(c *context) (found finding.List) {
	for _, j := range c.starts {
		if j.Kind != observe.Python && j.Kind != observe.Nox || matchesAny(pythonFiles, path.Base(j.File)) {
			continue
		}
		found = append(found, finding.Finding{Position: j.Position, Message: "this code starts pytest " + workersOf(j), Help: c.codeHelp()})
	}
	for _, s := range c.idle {
		if s.Kind == observe.Python && len(s.Via) == 0 && s.Input == "" && slices.ContainsFunc(s.Argv, collects) && !matchesAny(pythonFiles, path.Base(s.File)) {
			found = append(found, finding.Finding{Position: s.Position, Message: "this code starts pytest to collect tests", Help: c.codeHelp()})
		}
	}
	return distinct(found)
}

// collects reports whether a word makes pytest collect tests and run none.
func collects(w pytest.Word) bool {
	return slices.Contains([]string{"--collect-only", "--co", "--collectonly"}, w.Text)
}

func workersOf(j judged) string {
	switch w := j.Settings.Workers; {
	case len(w.Unknown) > 0:
		return "by itself, with words that are known only when it runs"
	case w.Text == "0":
		return "by itself, without workers"
	default:
		return "with " + many(w.Text)
	}
}

func (c *context) codeHelp() string {
	if c.wrapper != "" {
		return "let it call " + c.wrapper
	}
	return "start pytest from a script or a task in its place, which can be read"
}
