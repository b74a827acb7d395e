// Package observe finds every place of a repository that starts pytest and tells what each of them comes to.
//
// Nothing of the repository is run. Shell scripts, and the commands that workflows, Makefiles, configuration files and
// documents hold, are simulated (see package shell); every command that a simulated run would have started is looked
// through, from launchers such as "uv run" down to pytest, into scripts, make targets and tox environments of the
// repository. What a run did not come by is told too, as not certain. What can't be read or simulated is a [Problem]
// with its position, never silence.
//
// Files that are only shown to people, such as pages and Python modules, are let go at once where they hold no word that can lead
// to pytest as a command. No repository can make a scan endless: how much of a file is read, how much of one entry is followed and
// how far references are replaced is bounded, and what is left out for it is a Problem.
//
// A value that nobody here knows, such as a secret of a CI service or the output of a program, is an unknown text (see
// [pytest.Unknown]) that flows through everything; whatever depends on it is unknown and says on what.
package observe

import (
	"cmp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// A Kind is a kind of place that commands stand in.
type Kind string

// The kinds. Nobody but a reader runs what stands in Markdown, ReST, comments and Python's documentation strings; of what stands in
// other texts nobody here knows.
const (
	Script   Kind = "script"
	Workflow Kind = "workflow" // of GitHub
	Action   Kind = "action"   // a composite action of GitHub
	GitLab   Kind = "gitlab"
	Pipeline Kind = "pipeline" // of another CI service
	YAML     Kind = "yaml"     // of a service or a tool that nothing but the content of its file tells
	Make     Kind = "make"
	Tox      Kind = "tox"
	Nox      Kind = "nox"
	Task     Kind = "task"   // of hatch, poe, pdm, taskipy, pixi, just and their like
	Hook     Kind = "hook"   // of pre-commit
	Image    Kind = "image"  // a Dockerfile
	Python   Kind = "python" // code that starts pytest
	Markdown Kind = "markdown"
	ReST     Kind = "rest"
	Comment  Kind = "comment" // in a script, a Makefile, a configuration file or Python code
	Text     Kind = "text"    // in a page without markup, or in a language that is not read: its lines alone tell
)

// Shown reports whether commands of this kind are only shown to people, or may be.
func (k Kind) Shown() bool { return k == Markdown || k == ReST || k == Comment || k == Text }

// A step is one command on the way from what a person wrote to pytest.
type step struct {
	finding.Position
	Text string // the command as it was started, abridged
}

// A Start is a place where pytest is started, once for each distinct way in which it is.
type Start struct {
	finding.Position // of the command that stands in the file: pytest, or what leads to it
	Kind             Kind
	Job              string            // of a CI service; may be empty
	Minutes          float64           // limit that the CI service puts on the step; 0 where the file says none
	Where            string            // what it belongs to: "job test, step Run", "target check", "env py311"; may be empty
	Input            string            // the name of the [Input] that a script was given; empty for none
	Call             []pytest.Word     // the command that stands at Position
	Via              []step            // what the command leads to, pytest last; empty where pytest stands at Position itself
	Wrapper          string            // path of the rendered wrapper that is called; it starts pytest as its policy says, and Settings are empty
	Dir              string            // from the root, slash-separated, "." for the root itself
	Foreign          string            // another repository, by its name, that was put into a folder around Dir; what its configuration says is unknown
	Env              map[string]string // what is set on the way, not what was there before
	Argv             []pytest.Word     // what follows pytest, or the wrapper
	Settings         pytest.Settings
	Inline           bool   // the command stands within a sentence, which may tell of a run in the past or of what not to do
	Certain          bool   // false: no simulated run came here
	Hidden           string // how the exit status is lost, such as "|| true"; empty where it counts
	Fails, Empty     exit   // how the whole ends when the tests of this start fail, and when it finds none
}

// Pytest returns the position of the word that starts pytest.
func (s Start) Pytest() finding.Position {
	if len(s.Via) > 0 {
		return s.Via[len(s.Via)-1].Position
	}
	return s.Position
}

// An install is a command that installs distributions, such as "pip install pytest-xdist==3.8.0".
type install struct {
	finding.Position
	Kind    Kind
	Program string        // "pip", "uv", "pipx", "conda"
	Words   []pytest.Word // what follows the word install
	Dir     string
}

// An exit is how a command or a script ends when one start of pytest in it does not end well.
type exit int

// The exits.
const (
	untold exit = iota // it was not tried, or not certain
	Told               // with a status other than 0
	Lost               // with 0, as if nothing had happened
)

// A Problem is something that could not be read or simulated, so that starts may be missing.
type Problem struct {
	finding.Position
	Message string
	Unread  bool // nothing of it was understood; else a run of it broke off
}

// An Input is words and variables that a script may be given by its caller.
type Input struct {
	Name    string // for messages: "-n 12", "backend robin"
	Args    []string
	Env     map[string]string
	NoXdist bool // what probes for pytest-xdist does not find it
}

// A Report is what was found in a repository.
type Report struct {
	Starts   []Start   // by position
	Installs []install // by position
	Problems []Problem // by position
	Jobs     []Job     // by position
	Marked   []string  // files with a comment that is addressed to policygen
	Files    int       // that were looked at

	Extents []shell.Extent // of the commands in the files of Marked; by position
}

// A Job is a job of a CI service, with the limit that the service puts on it.
type Job struct {
	finding.Position
	Kind    Kind
	Name    string
	Minutes float64          // limit of one run; 0 where the file says none
	Limit   finding.Position // where it stands
}

func (r *Report) sort() {
	slices.SortStableFunc(r.Starts, func(a, b Start) int {
		return cmp.Or(a.Position.Compare(b.Position), a.Pytest().Compare(b.Pytest()), strings.Compare(a.Input, b.Input))
	})
	slices.SortStableFunc(r.Installs, func(a, b install) int { return a.Position.Compare(b.Position) })
	slices.SortStableFunc(r.Problems, func(a, b Problem) int {
		return cmp.Or(a.Position.Compare(b.Position), strings.Compare(a.Message, b.Message))
	})
	r.Problems = slices.Compact(r.Problems)
	slices.SortFunc(r.Extents, func(a, b shell.Extent) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Kind, b.Kind))
	})
	slices.SortStableFunc(r.Jobs, func(a, b Job) int { return a.Position.Compare(b.Position) })
}
