package observe

import (
	"cmp"
	"path"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// A snippet is a piece of a file that holds commands.
type snippet struct {
	kind    Kind
	tool    string      // that runs it by its name: "make", "tox", "just", "poe"; empty where none does
	name    string      // of the target, the environment or the task
	group   string      // the environment of hatch that a task is of
	job     string      // of a CI service
	where   string      // for people: "job test, step Run the tests"
	text    source.Text // the commands, in the language of a shell
	dialect shell.Dialect
	argv    [][]pytest.Word // the commands, where the file has them as lists of words; then there is no text
	env     map[string]string
	dir     string             // from the root; empty for the root itself
	needs   []string           // names of snippets of the same file that its tool runs before
	first   bool               // its tool runs it where no name is given
	clones  []clone            // repositories that were put into folders before
	minutes float64            // limit that its service puts on these commands alone; 0 for none
	callers []finding.Position // steps that lead to it, beside which some of its words may be written
	hidden  string             // how what runs it loses the status of its commands, such as "continue-on-error"; empty where it does not

	errExit, pipeFail bool // how the shell is started
	inline            bool // it stands between the words of a sentence
	doubtful          bool // the commands may be run otherwise, or not at all: what they start is not certain
}

// A found is what a reader finds in one file.
type found struct {
	snippets []snippet
	jobs     []Job
	problems []Problem
}

func (f *found) add(s ...snippet) { f.snippets = append(f.snippets, s...) }

func (f *found) merge(g found) {
	f.snippets = append(f.snippets, g.snippets...)
	f.jobs = append(f.jobs, g.jobs...)
	f.problems = append(f.problems, g.problems...)
}

// A file is a file of the repository as readers get it.
type file struct {
	name    string // slash-separated, from the root
	as      string // the name of the file that a part of a page shows; empty for a file that is one
	content []byte
	repo    *repository // for what the file uses; nil where only the file is there
}

// base returns the name by which readers know the file.
func (f file) base() string { return cmp.Or(f.as, path.Base(f.name)) }

// text returns the file as a text that knows its positions.
func (f file) text() source.Text { return source.NewText(f.name, f.content) }
