package main

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"policygen/internal/check"
	"policygen/internal/finding"
	"policygen/internal/observe"
	"policygen/internal/pins"
	"policygen/internal/pytest"
	"policygen/internal/report"
	"policygen/policy"
)

// pinsFlags are the flags that everything about versions shares.
type pinsFlags struct {
	repository repositoryFlags
	backend    string
	pythons    []string
	env        string
	releases   []string
}

func (f *pinsFlags) bind(flags *pflag.FlagSet) {
	f.repository.bare = "only what the facts about releases say is found"
	f.repository.bind(flags)
	flags.StringVar(&f.backend, "backend", "", "only what this `backend` needs")
	flags.StringSliceVar(&f.pythons, "python", nil, "the `versions` of Python that count, such as 3.9,3.13 (default: those of requires-python)")
	flags.StringVar(&f.env, "env", "", "virtual environment whose installed distributions count too, a `folder`")
	flags.StringArrayVar(&f.releases, "releases", nil,
		"`file` with the releases of a distribution, an index's page in JSON (PEP 691), for exact witnesses (repeatable)")
}

// pinsCommandFlags are the flags of pins itself.
type pinsCommandFlags struct {
	pinsFlags
	try             []string
	strict          bool
	allowUnreadable bool
	listFiles       bool
	outputs         []string
	format          *format
}

func newPinsCommand(s streams) *cobra.Command {
	var f pinsCommandFlags
	cmd := &cobra.Command{
		Use:   "pins [PATH...]",
		Short: "Hold every place that pins a version against the policy and the facts",
		Long: `Find every place of the repository that pins a version of a distribution: requirement and constraint files, pyproject.toml, setup.cfg,
tox, locks, conda environments, what pytest checks itself, and the words of install commands. Hold each against what the policy needs,
bound by bound, and against what is known about the releases. No index is asked and no Python is run. With paths only what stands in these
files and folders is told; a file may have any name.

--try tells what would come of a version: what breaks, which places have to change, which workarounds stay or go. Exit code 1 then means
that it breaks something.

Without a policy only the facts count. Exit code 1 means an error; with --strict a warning or something unknown too.
policygen explain PIN002 tells what a code means.`,
		Example: `  policygen pins
  policygen pins requirements-test.txt --backend robin --python 3.9,3.13
  policygen pins --env .venv --strict
  policygen pins --try pytest-xdist==3.8.0 --try pytest==9.1.0
  policygen pins --format sarif --output github=/dev/stderr`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	flags := cmd.Flags()
	f.bind(flags)
	flags.StringArrayVar(&f.try, "try", nil, "tell what would come of a version, such as `pytest-xdist==3.8.0` (repeatable: together)")
	flags.BoolVar(&f.strict, "strict", false, "find what is unknown too, and fail on warnings")
	flags.BoolVar(&f.allowUnreadable, "allow-unreadable", false, "what can't be read is a warning, not an error")
	flags.BoolVar(&f.listFiles, "list-files", false, "print the files that are read, and nothing else")
	flags.StringArrayVar(&f.outputs, "output", nil, "write a report too: `FORMAT=FILE` (repeatable)")
	f.format = bindFormat(flags, reportFormats()...)
	cmd.AddCommand(newPinsExplainCommand(s), newPinsFixCommand(s))
	return cmd
}

func (f *pinsCommandFlags) run(s streams, args []string) error {
	outputs, err := parseOutputs(f.outputs)
	if err != nil {
		return err
	}
	candidates, err := f.candidates()
	if err != nil {
		return err
	}
	p, err := f.open(s, args)
	if err != nil {
		return (&checkFlags{format: f.format}).refused(err, outputs)
	}
	defer p.close()
	if err := p.protect(outputs); err != nil {
		return err
	}
	if f.listFiles {
		for _, name := range p.reading.Files {
			if p.asked(name) {
				fmt.Fprintln(s.out, p.fromHere(name))
			}
		}
		return nil
	}
	p.input.Strict, p.input.AllowUnreadable = f.strict, f.allowUnreadable
	if len(candidates) > 0 {
		return f.runTry(s, p, candidates)
	}
	if len(p.reading.Sites) == 0 && len(p.reading.Unreadable) == 0 {
		fmt.Fprintln(s.err, "policygen: nothing here pins a version")
	}
	found := slices.DeleteFunc(check.Suppressed(pins.Judge(p.input), p.files, p.seen), func(x finding.Finding) bool { return !p.asked(x.File) })
	return deliverPins(s, p.repository, found, f.format, outputs, f.strict)
}

// candidates reads --try, of which the other formats of pins know nothing.
func (f *pinsCommandFlags) candidates() (list []pins.Candidate, err error) {
	for _, text := range f.try {
		c, err := pins.ParseCandidate(text)
		if err != nil {
			return nil, usageError("--try: %w", err)
		}
		if slices.ContainsFunc(list, func(x pins.Candidate) bool { return x.Name == c.Name }) {
			return nil, usageError("--try: %s is tried twice; run once for each version", c.Name)
		}
		list = append(list, c)
	}
	if f.format.value != "text" && f.format.value != "json" && len(list) > 0 {
		return nil, usageError("--try prints text or json, not %s", f.format.value)
	}
	if len(f.outputs) > 0 && len(list) > 0 {
		return nil, usageError("--output is for findings; with --try there are none")
	}
	return list, nil
}

// deliverPins writes findings about versions as check writes its own.
func deliverPins(s streams, r repository, found finding.List, as *format, outputs []output, strict bool) error {
	c := checkFlags{format: as, strict: strict}
	return c.deliver(s, checked{repository: r, findings: found}, outputs)
}

// A pinned is a repository with its sites, and all that verdicts on them depend on.
type pinned struct {
	repository
	reading pins.Reading
	input   pins.Input
	seen    observe.Report
}

var pythonWord = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)

// open finds the policy, reads the repository and closes it again where something is wrong.
func (f *pinsFlags) open(s streams, paths []string) (p pinned, err error) {
	releases, err := f.readReleases()
	if err != nil {
		return p, err
	}
	for _, version := range f.pythons {
		if !pythonWord.MatchString(version) {
			return p, usageError("--python: %q is no version of Python such as 3.13", version)
		}
	}
	if p.repository, err = f.repository.open(s, paths); err != nil {
		return p, err
	}
	p.input = pins.Input{Backend: f.backend, Pythons: f.pythons, Releases: releases}
	if err := f.judgeBy(&p); err != nil {
		p.close()
		return p, err
	}
	done := s.progress("looking at every place that pins a version")
	f.read(&p, p.files, observe.Scan(p.files, observe.Options{}))
	done()
	return p, nil
}

// pinFindings are the verdicts on the versions that a repository pins, for check, which has observed it already.
func pinFindings(r repository, seen observe.Report, strict bool) (finding.List, error) {
	f, p := pinsFlags{}, pinned{repository: r}
	if err := f.judgeBy(&p); err != nil {
		return nil, err
	}
	f.read(&p, r.files, seen)
	p.input.Strict, p.input.Today = strict, time.Now().Format(time.DateOnly)
	found := pins.Judge(p.input)
	if !slices.ContainsFunc(p.reading.Sites, func(s pins.Site) bool {
		return s.Name == "pytest" && (s.Kind == pins.Declared || s.Kind == pins.Locked)
	}) {
		// Who does not even declare pytest declares elsewhere what tests need.
		found = slices.DeleteFunc(found, func(x finding.Finding) bool { return x.Code == "PIN005" })
	}
	return found, nil
}

// judgeBy takes the policy, or where there is none the facts alone.
func (f *pinsFlags) judgeBy(p *pinned) error {
	if p.policy == nil {
		own, err := policy.Load(policy.Embedded(), toolVersion())
		if err != nil {
			return err
		}
		p.input.Facts = own.Facts
		if f.backend != "" {
			return usageError("--backend %s: there is no policy that has it", f.backend)
		}
		return nil
	}
	p.input.Policy, p.input.Plans, p.input.Facts = p.policy.Policy, p.policy.Plans, p.policy.Policy.Facts
	var backends []string
	for _, b := range p.policy.Policy.Backends {
		backends = append(backends, b.Name)
	}
	if f.backend != "" && !slices.Contains(backends, f.backend) {
		return usageError("--backend: unknown backend %q; the policy has %s", f.backend, strings.Join(backends, ", "))
	}
	return nil
}

// read reads the sites and what of pytest and its plugins the repository uses itself.
func (f *pinsFlags) read(p *pinned, files fs.FS, seen observe.Report) {
	o := pins.ReadOptions{Installs: installs(seen)}
	if len(p.paths) > 0 {
		o.Paths = append([]string{"."}, p.paths...)
	}
	if f.env != "" {
		o.Env, o.EnvName = os.DirFS(f.env), nameFrom(p.root, f.env)
	}
	p.reading, p.seen = pins.Read(files, o), seen
	p.input.Sites, p.input.Unreadable = p.reading.Sites, p.reading.Unreadable
	p.input.Uses = usesIn(files, seen)
}

// installs returns the commands that install something, as package pins takes them.
func installs(seen observe.Report) (list []pins.Install) {
	for _, i := range seen.Installs {
		words := []string{"install"}
		if i.Program == "uv" {
			words = []string{"pip", "install"} // "uv add" and "uv tool install" take the same words
		}
		all := make([]pytest.Word, 0, len(words)+len(i.Words))
		for _, w := range words {
			all = append(all, pytest.Word{Text: w, Pos: i.Position})
		}
		list = append(list, pins.Install{
			Position: i.Position, Kind: string(i.Kind), Shown: i.Kind.Shown() || i.Kind == observe.Image, Program: i.Program, Words: append(all, i.Words...), Dir: i.Dir,
		})
	}
	return list
}

// usesIn returns the options that are in force for the suite: those of its configuration file, and those of the commands that run it. What is
// only shown to people, and what has a configuration file of its own, says nothing about it.
func usesIn(files fs.FS, seen observe.Report) []pins.Use {
	suite := pytest.Resolve(pytest.Invocation{Dir: "."}, files, pytest.Releases{})
	uses := pins.UsesOf(suite)
	for _, start := range seen.Starts {
		if start.Kind.Shown() || !start.Certain || start.Input != "" || start.Wrapper != "" || !start.Settings.RunsTests ||
			start.Settings.ConfigFile != suite.ConfigFile {
			continue
		}
		for _, u := range pins.UsesOf(start.Settings) {
			if !u.Pos.IsValid() { // it came by the environment
				u.Pos = start.Position
			}
			uses = append(uses, u)
		}
		for name := range start.Env {
			uses = append(uses, pins.Use{What: policy.Uses{Env: name}, Pos: start.Position, From: "environment"})
		}
	}
	return pins.Distinct(uses)
}

func (f *pinsFlags) readReleases() (pins.Releases, error) {
	releases := pins.Releases{}
	for _, name := range f.releases {
		file, err := os.Open(name)
		if err != nil {
			return nil, usageError("--releases: %w", err)
		}
		err = releases.Read(file)
		file.Close()
		if err != nil {
			return nil, usageError("--releases: %s: %w", name, err)
		}
	}
	return releases, nil
}

// at returns a position as seen from the working directory; empty for one that points nowhere.
func (r repository) at(p finding.Position) string {
	if !p.IsValid() {
		return ""
	}
	p.File = r.fromHere(p.File)
	return p.String()
}

// places returns positions as seen from the working directory.
func (r repository) places(all []finding.Position) []string {
	list := []string{}
	for _, p := range all {
		list = append(list, r.at(p))
	}
	return list
}

// pinRules are the rules of the findings about versions that are told, as reports have them.
func pinRules(findings finding.List, suppressed bool) []report.Rule {
	var rules []report.Rule
	for _, r := range pins.Rules() {
		if !slices.ContainsFunc(findings, func(x finding.Finding) bool { return x.Code == r.Code && (suppressed || !x.Suppressed()) }) {
			continue
		}
		rules = append(rules, report.Rule{
			Code: r.Code, Name: strings.ReplaceAll(r.Name, " ", "-"), Summary: r.Summary, Description: strings.Join(strings.Fields(r.Why), " "),
			Help: "Run `policygen explain " + r.Code + "`.", Severity: r.Severity, Precision: "high", Tags: []string{"tests", "dependencies"},
		})
	}
	return rules
}
