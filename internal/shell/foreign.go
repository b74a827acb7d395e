package shell

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"policygen/internal/finding"
)

// A Dialect is the language that a foreign script is written in.
type Dialect int

// The dialects. What is written for mksh or zsh is read as Bash where it parses as Bash; elsewhere it is a [Problem].
const (
	Bash Dialect = iota
	POSIX
	Mksh
	Zsh
)

// A Foreign is a script that somebody else wrote, parsed once and to be observed any number of times, with different
// settings, from several goroutines too.
//
// Unlike a [Script] it may use all of Bash. Its evaluator takes the expansions from mvdan.cc/sh/v3/expand but not the
// interpreter, which runs pipes side by side, makes FIFOs on the disk, looks at the process it runs in, computes with
// unknown values as if they were 0, and bounds no memory.
type Foreign struct {
	unit   *unit
	broken *Problem // why it doesn't parse
}

// A unit is a text of shell and where it stands: the script, a file that it sources, or what it gives to eval.
type unit struct {
	path  string // as in BASH_SOURCE
	text  string
	file  *syntax.File
	at    func(offset int) finding.Position
	facts map[*syntax.Stmt]bool // whether a statement looks at $?; filled by [unit.lookAhead] once
	waits bool                  // it waits for a job by name
	pipes bool                  // it looks at PIPESTATUS
}

// A Problem is something that an observation could not see through, with its place.
type Problem struct {
	Pos     finding.Position
	Message string
}

// Error returns "file:line:col: message".
func (p *Problem) Error() string { return fmt.Sprintf("%s: %s", p.Pos, p.Message) }

// A Word is an argument of a command.
type Word struct {
	Text string
	// Pos is where the word of the script stands that gave the text; all fields that came out of one word have its place.
	Pos finding.Position
	// Expanded: the word of the script holds an expansion, such as "$@", so that the text may have been written elsewhere.
	Expanded bool
	// Origin is where a variable in the word got its value, where that is one assignment; else the zero Position.
	Origin finding.Position
	begun  bool // the word begins with that variable
}

// A Command is a start of a command that is neither builtin nor function.
type Command struct {
	Argv    []Word
	Env     map[string]string // the exported variables, those of prefix assignments too, without PWD, OLDPWD and _
	Dir     string            // absolute
	Stdin   string            // what it could read from a here-document, a pipe or a file; "" where that is unknown
	Pos     finding.Position  // of the command word
	Hidden  string            // how its exit status is lost, such as "|| true"; "" where it counts or may count
	Certain bool              // a run reached it; false: it stands in a branch, function or line that no run took
}

// Strings returns the texts of the arguments.
func (c Command) Strings() []string {
	texts := make([]string, len(c.Argv))
	for i, w := range c.Argv {
		texts[i] = w.Text
	}
	return texts
}

// A Result is what a command is taken to have done.
type Result struct {
	// Known says that the caller decides. Otherwise the package answers: tools such as dirname print what they would, any
	// other command has status 0 and prints the unknown text with its name.
	Known  bool
	Status int
	Stdout string
}

// A Setting is all that an observed script can see.
type Setting struct {
	Name    string   // $0; "" stands for the path of the script below Root
	Args    []string // the positional parameters
	Env     map[string]string
	Dir     string // absolute; "" is Root
	Root    string // where the repository is; "" is /repo
	Files   fs.FS  // the repository, read only; nil is an empty one
	Start   func(Command) Result
	Unknown func(name string) string // the text for a value that nobody knows; nil gives the name between U+E000 and U+E001

	ErrExit, PipeFail, NoUnset bool // as by bash -e, -o pipefail and -u

	// Bounds; zero stands for one second, 200,000 steps and one mebibyte for each output. The look at branches that the run
	// passed by may take half as long again.
	Time   time.Duration
	Steps  int
	Output int
}

// An Observation is what a script does in one setting.
type Observation struct {
	// Commands are in the order of their places, those of one place in the order of time and each once where they are
	// alike. What stands in the script but was not reached comes with Certain false.
	Commands []Command
	Problems []Problem
	Status   int               // with which the script ends
	Stdout   string            // what it prints, bounded
	Written  map[string]string // the files it writes, by absolute path, bounded
	// Guarded is what it writes to files only under a condition, in a branch that a run took or that none did.
	Guarded map[string]string
}

// ParseForeign parses a script. at tells the place of a byte of the text; nil counts lines and columns of the file called
// name. Where the text is not valid in the dialect it returns the error, a [*Problem], and still a script of which the
// commands that do parse are seen, none of them certain.
func ParseForeign(name, text string, at func(offset int) finding.Position, dialect Dialect) (*Foreign, error) {
	src := []byte(text)
	if at == nil {
		at = func(offset int) finding.Position { return positionAt(name, src, min(offset, len(src))) }
	}
	u, err := newUnit(name, text, at, dialect)
	f := &Foreign{unit: u}
	if err != nil {
		f.broken = err
		return f, err
	}
	return f, nil
}

// variants are the languages to try, in order.
func variants(d Dialect) []syntax.LangVariant {
	switch d {
	case POSIX:
		return []syntax.LangVariant{syntax.LangPOSIX, syntax.LangBash}
	case Mksh:
		return []syntax.LangVariant{syntax.LangBash, syntax.LangMirBSDKorn}
	}
	return []syntax.LangVariant{syntax.LangBash}
}

// newUnit parses a text. With a problem the unit holds what could be parsed around it.
func newUnit(path, text string, at func(int) finding.Position, dialect Dialect) (*unit, *Problem) {
	u := &unit{path: path, text: text, at: at, file: &syntax.File{}}
	if err := checkSource(path, []byte(text)); err != nil {
		return u, &Problem{at(0), withoutPlace(err)}
	}
	var first error
	for _, lang := range variants(dialect) {
		file, err := parse(path, []byte(text), syntax.Variant(lang))
		if err == nil {
			u.file = file
			u.lookAhead()
			return u, nil
		}
		if first == nil {
			first = err
		}
	}
	u.file.Stmts = salvage(path, text)
	u.lookAhead()
	return u, &Problem{at(errorOffset(text, first)), withoutPlace(first)}
}

// merge puts observations of one script in several settings together: a command that any run reached is certain.
func merge(all []Observation) Observation {
	var out Observation
	seen := map[string]bool{}
	reached := map[finding.Position]bool{}
	for _, o := range all {
		for _, c := range o.Commands {
			if c.Certain {
				reached[c.Pos] = true
			}
		}
	}
	for _, o := range all {
		for _, c := range o.Commands {
			key := c.key()
			if !c.Certain { // with whatever environment
				key = Command{Argv: c.Argv, Dir: c.Dir, Pos: c.Pos}.key()
			}
			if !seen[key] && (c.Certain || !reached[c.Pos]) {
				seen[key] = true
				out.Commands = append(out.Commands, c)
			}
		}
		for _, p := range o.Problems {
			if !slices.Contains(out.Problems, p) {
				out.Problems = append(out.Problems, p)
			}
		}
	}
	sortCommands(out.Commands)
	return out
}

// ObserveAll observes the script in each of the settings and puts the observations together: a command comes once for
// each way it is started, and with Certain false only where none of the runs reached it. Status, Stdout, Written and
// Guarded are left out.
func (f *Foreign) ObserveAll(settings ...Setting) Observation {
	all := make([]Observation, len(settings))
	for i, s := range settings {
		all[i] = f.Observe(s)
	}
	return merge(all)
}

func sortCommands(commands []Command) {
	slices.SortStableFunc(commands, func(a, b Command) int { return a.Pos.Compare(b.Pos) })
}

func sortProblems(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(a.Pos.Compare(b.Pos), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(problems)
}

// key tells commands that are not alike apart.
func (c Command) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\x00%v\x00%q\x00%q\x00", c.Pos, c.Certain, c.Dir, c.Hidden)
	for _, w := range c.Argv {
		b.WriteString(w.Text)
		b.WriteByte(0)
	}
	for _, name := range sortedKeys(c.Env) {
		b.WriteString(name + "=" + c.Env[name])
		b.WriteByte(0)
	}
	return b.String()
}
