// Package pytest knows what a pytest command line, its environment and its configuration files mean: which configuration
// file pytest chooses, which words it reads in which order, how argparse splits them, and what pytest-xdist and
// pytest-timeout make of the result. Nothing is run; files are only read.
//
// The sources of all of it are the releases themselves: the tests start pytest with the same words and compare.
// Known limits: options that a conftest.py adds are not looked up; what stands above the root of the repository does
// not exist for it; on Windows and in exotic places of "--" Python releases differ, and 3.11 is followed.
package pytest

import (
	"io/fs"
	"slices"

	"policygen/internal/finding"
)

// A Word is an argument as the shell hands it over, and where it was written.
type Word struct {
	Text string
	Pos  finding.Position
	// Origin is where a variable that holds the word got its value; the zero Position where no variable does, or nobody knows.
	Origin finding.Position
}

// An Invocation is one start of pytest.
type Invocation struct {
	Args []Word            // what follows "pytest" or "python -m pytest"
	Env  map[string]string // its environment; what is not in it is unset
	Dir  string            // the working directory, slash-separated from the root of the repository; "" or "." is the root
	// The absolute path by which the words name the root of the repository, such as "/repo"; "" where none does.
	// Other absolute paths lie outside, where nothing is known to exist.
	Mount string
}

// Releases are the versions that a start will run with, as PEP 440 has them. An empty one, or one that can't be read, is the newest.
type Releases struct{ Pytest, Xdist string }

// From says where a value was written.
type From int

// The places that values come from, the weaker ones first.
const (
	Default     From = iota // nobody wrote it
	ConfigFile              // a key of its own in the configuration file, such as timeout
	Environment             // a variable of its own, such as PYTEST_TIMEOUT
	Addopts                 // addopts of the configuration file, or -o addopts=…
	AddoptsEnv              // PYTEST_ADDOPTS
	CommandLine
)

// String returns the name of the place as messages have it.
func (f From) String() string {
	return [...]string{"default", "configuration file", "environment", "addopts", "PYTEST_ADDOPTS", "command line"}[f]
}

// A Value is one setting as it will be in force.
type Value struct {
	Text    string           // may hold unknown values, see [Unknown]
	Pos     finding.Position // of the word that sets it; of a value from the environment it is the zero Position
	From    From
	Unknown []string // what it may depend on that nobody here knows; where there is something, Text is only the best guess
}

// An Option is one word, or a word and its value, as pytest reads it.
type Option struct {
	Name    string // as written: "-n", "--dist"; "" for a positional word
	Dest    string // what pytest calls it, such as "numprocesses"; "" where the option is in no table of ours
	Value   string // what it is set to, where it takes a value, or the positional word
	Set     bool   // it has a value
	Pos     finding.Position
	From    From
	Ignored bool // it sets something, and a later one sets it again; never true of options that add up, or of plugins that nothing is known of
}

// Settings are what a start comes to.
type Settings struct {
	// Workers is the number of worker processes that are started: "0", "8", or "auto" and "logical" where the machine decides.
	// -n, --tx, --dist, -d, --maxprocesses, --pdb, -p no:xdist and options that run no test are all counted in. For "auto"
	// MaxProcesses remains a limit.
	Workers Value

	NumProcesses, MaxProcesses Value // as written; "" where nobody did
	Dist                       Value // in force: "load" where only -n is given, "no" by default; of no effect where Workers is "0"
	MaxWorkerRestart           Value // in force: four per process of -n where nobody wrote it; "" without limit, or four per CPU with auto
	Timeout, TimeoutMethod     Value // of pytest-timeout; "" where nobody wrote it
	Markers, Keywords          Value // the last -m and the last -k; "" where there is none
	Tx                         []Value

	Paths      []Value            // what is collected: the words, or else testpaths, or else the working directory
	ConfigFile string             // from the root of the repository; "" where pytest finds none
	Root       string             // pytest's rootdir, from the root of the repository; "." is that root
	Shadowed   []finding.Position // tables and sections beside ConfigFile that pytest would read if it weren't there
	Options    []Option           // every word: addopts, PYTEST_ADDOPTS, command line
	RunsTests  bool               // false for --help, --version, --collect-only, --markers, --fixtures and their like
	UsageError string             // why pytest would refuse to start, where that is certain
	Open       []string           // unknown words, or a -c, that may hold further options; what is written before them is not certain
}

// Resolve returns what one start means, as [Project.Resolve] does.
func Resolve(inv Invocation, files fs.FS, rel Releases) Settings {
	return NewProject(files, rel).Resolve(inv)
}

// A resolver follows pytest from its command line to its settings.
type resolver struct {
	*Project
	inv Invocation
	dir string

	config  config
	words   []word // addopts, PYTEST_ADDOPTS, command line
	plugins plugins
	parsed  parsed // of all the words, with the options of all plugins
	err     string // the first reason to refuse

	argumentFiles int // read so far
}

// refuse notes why pytest would not start. Only the first reason is kept, as pytest stops there.
func (r *resolver) refuse(why string) {
	if r.err == "" {
		r.err = why
	}
}

func (r *resolver) resolve() Settings {
	r.readWords()
	s := Settings{ConfigFile: r.config.file, Root: r.config.root, Shadowed: r.config.shadowed, RunsTests: true}
	s.Open = r.open()
	s.Options = r.options()
	s.Markers, s.Keywords = r.last("markexpr"), r.last("keyword")
	s.Timeout, s.TimeoutMethod = r.timeout(), r.timeoutMethod()
	s.Paths = r.paths()
	stops, started := r.notRunning()
	s.RunsTests = stops.Text == "" && !r.printsVersion()
	r.distribute(&s)
	if !started || r.printsVersion() {
		s.Workers = Value{Text: "0", Pos: stops.Pos, From: stops.From}
	}
	s.UsageError = r.err
	return s
}

// noTests are the options with which pytest runs no test; those marked true still start workers.
var noTests = map[string]bool{
	"help": false, "version": false, "collectonly": false, "markers": false, "showfixtures": false, "show_fixtures_per_test": false,
	"cacheshow": false, "setupplan": true, "setuponly": true,
}

// notRunning returns the first option that keeps pytest from running tests, and whether workers would be started all the same.
func (r *resolver) notRunning() (option Value, started bool) {
	started = true
	for _, e := range r.parsed.events {
		works, stops := noTests[e.dest]
		if !stops {
			continue
		}
		if option.Text == "" || !works {
			option = Value{Text: e.name, Pos: e.word.Pos, From: e.word.from}
		}
		started = started && works
	}
	return option, started
}

// open returns the names of unknown words that may be options, and of what a configuration file depends on that is unknown: it can
// set whatever nobody else sets.
func (r *resolver) open() []string {
	names := Unknowns(lastOf(r.parsed, "inifilename").value.Text)
	for _, w := range r.words {
		if w.open {
			names = append(names, Unknowns(w.Text)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
