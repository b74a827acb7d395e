package observe

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
)

// A command is what is left of a command line when the launchers are looked through.
type command struct {
	words    []pytest.Word     // the program, by its name, and what follows it
	env      map[string]string // set by launchers
	dir      string            // the working directory, absolute in the simulation
	pass     string            // a launcher that may know the program as a task: "hatch", "poe"; empty without one
	taskEnv  string            // the environment that such a launcher was told, such as that of "hatch run test:cov"
	text     *pytest.Word      // a command line as one word, in place of words
	module   bool              // words[0] is a module of Python
	code     bool              // words[0] is code of Python
	launched bool              // by a launcher, or by Python
	stdin    string            // what it reads, where that is known
	taken    int               // how many launchers were looked for
}

var pythonName = regexp.MustCompile(`^(python|pypy)[0-9.]*(\.exe)?$|^py$|^\$\{?PYTHON[A-Z_]*\}?$`)

// name returns the name of a program without its folder.
func name(word string) string {
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(word, `\`, "/")), ".exe")
}

// lookThrough follows launchers from the words of a command line to the program that they start in the end.
func lookThrough(words []pytest.Word, dir string) command {
	c := command{words: words, dir: dir, env: map[string]string{}}
	c.look()
	return c
}

// maxLaunchers bounds how many launchers stand before a program: no command line that people write has more.
const maxLaunchers = 16

func (c *command) look() {
	for c.taken < maxLaunchers {
		c.taken++
		if len(c.words) == 0 || !c.step() {
			break
		}
	}
}

// step takes one launcher off. It reports false where there is none.
func (c *command) step() bool {
	program := name(c.words[0].Text)
	switch {
	case c.module:
		program = c.words[0].Text
	case program == "-m": // behind a variable that is set where nobody here sees it, as by a CI service
		c.words = append([]pytest.Word{{Text: "python", Pos: c.words[0].Pos}}, c.words...)
		return c.python()
	case len(pytest.Unknowns(program)) > 0:
		return c.behindUnknown()
	case pythonName.MatchString(program):
		return c.python()
	}
	if program == "git" && len(c.words) > 3 && c.words[1].Text == "bisect" && c.words[2].Text == "run" {
		c.words, c.launched = c.words[3:], true
		return true
	}
	l, ok := launchers[program]
	if !ok {
		return false
	}
	rest := c.words[1:]
	if len(l.sub) > 0 {
		if program == "hatch" { // "hatch -e test run", "hatch env run -e test"
			rest = c.hatchOptions(rest)
		}
		if program == "uv" && len(rest) > 1 && rest[0].Text == "tool" { // "uv tool run" is uvx
			rest = rest[1:]
		}
		if rest, ok = l.afterSub(rest); !ok {
			return false
		}
	}
	return c.launch(program, l, rest)
}

// behindUnknown takes off a program that nobody knows, where what follows it is a command line by itself.
func (c *command) behindUnknown() bool {
	if len(c.words) > 2 && c.words[1].Text == "-m" {
		return c.python()
	}
	rest := command{words: c.words[1:], dir: c.dir, env: maps.Clone(c.env), taken: c.taken}
	if rest.look(); rest.isPytest() {
		*c = rest
	}
	return false
}

// afterSub returns what follows the word that the launcher has to have, over options before it.
func (l launcher) afterSub(words []pytest.Word) ([]pytest.Word, bool) {
	for i := 0; i < len(words); i++ {
		switch w := words[i].Text; {
		case slices.Contains(l.sub, w):
			return words[i+1:], true
		case slices.Contains(l.values, w):
			i++
		case !strings.HasPrefix(w, "-"):
			return nil, false
		}
	}
	return nil, false
}

// launch takes the launcher's own words off and leaves its command.
func (c *command) launch(program string, l launcher, words []pytest.Word) bool {
	skip := l.skip
	for len(words) > 0 {
		w := words[0].Text
		option, value, joined := strings.Cut(w, "=")
		switch {
		case slices.Contains(l.begins, w):
			return c.found(program, l, words[1:])
		case w == "--":
			words = words[1:]
			if skip == 0 {
				return c.found(program, l, words)
			}
		case slices.Contains(l.module, w) && len(words) > 1:
			c.module = true
			c.words = words[1:]
			return true
		case slices.Contains(l.shellWords, option) && l.restIsText && len(words) > 1:
			c.takeText(words, option, strings.Join(texts(words[1:]), " "), true)
			return false
		case slices.Contains(l.shellWords, option) && (joined || len(words) > 1):
			c.takeText(words, option, value, joined)
			return false
		case slices.Contains(l.values, w) && len(words) > 1:
			c.option(l, w, words[1].Text)
			words = words[2:]
		case strings.HasPrefix(w, "-") && len(w) > 1:
			if joined {
				c.option(l, option, value)
			}
			words = words[1:]
		case l.assigns && joined && assignment.MatchString(w):
			c.env[option] = value
			words = words[1:]
		case skip > 0:
			skip--
			words = words[1:]
		case len(l.begins) > 0:
			words = words[1:]
		default:
			return c.found(program, l, words)
		}
	}
	c.words = nil
	return false
}

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

func (c *command) found(program string, l launcher, words []pytest.Word) bool {
	c.module, c.launched, c.words = false, true, words
	if l.script {
		c.pass = program
	}
	if program == "hatch" {
		c.hatch()
	}
	return len(c.words) > 0
}

// hatchOptions takes the environment off that stands before the word "run", and the word "env".
func (c *command) hatchOptions(words []pytest.Word) []pytest.Word {
	for len(words) > 1 {
		switch w := words[0].Text; {
		case w == "-e" || w == "--env":
			c.taskEnv = words[1].Text
			words = words[2:]
		case w == "env" && words[1].Text == "run":
			return words[1:]
		default:
			return words
		}
	}
	return words
}

// hatch takes "+matrix=value" words and the environment off, as of "hatch run +py=3.12 test:pytest".
func (c *command) hatch() {
	for matrixWord.MatchString(firstText(c.words)) {
		c.words = c.words[1:]
	}
	first := firstText(c.words)
	if at := strings.LastIndex(first, ":"); at > 0 {
		c.taskEnv = first[:at]
		c.words = append([]pytest.Word{{Text: first[at+1:], Pos: c.words[0].Pos}}, c.words[1:]...)
	}
}

// matrixWord matches words of "hatch run" that choose and leave out values of the matrix.
var matrixWord = regexp.MustCompile(`^[+-][A-Za-z][A-Za-z0-9_.-]*=`)

func firstText(words []pytest.Word) string {
	if len(words) == 0 {
		return ""
	}
	return words[0].Text
}

func (c *command) option(l launcher, option, value string) {
	switch {
	case slices.Contains(l.dirs, option):
		c.dir = joinDir(c.dir, value)
	case l.script && (option == "-e" || option == "--env" || option == "--environment"):
		c.taskEnv = value
	}
}

func (c *command) takeText(words []pytest.Word, option, value string, joined bool) {
	text := pytest.Word{Text: value, Pos: words[0].Pos}
	if !joined {
		text = words[1]
	}
	c.text, c.words = &text, nil
}

// python looks at what an interpreter is told to run.
func (c *command) python() bool {
	words := c.words[1:]
	for len(words) > 0 {
		switch w := words[0].Text; {
		case w == "-m" && len(words) > 1:
			c.words, c.module = words[1:], true
			return true
		case strings.HasPrefix(w, "-m") && len(w) > 2:
			first := words[0]
			first.Text = w[2:]
			c.words, c.module = append([]pytest.Word{first}, words[1:]...), true
			return true
		case w == "-c" && len(words) > 1:
			c.words, c.code = words[1:], true
			return false
		case (w == "-X" || w == "-W") && len(words) > 1:
			words = words[2:]
		case strings.HasPrefix(w, "-") && len(w) > 1:
			if !strings.HasPrefix(w, "--") && strings.HasSuffix(w, "m") && len(words) > 1 { // -Im, -um
				c.words, c.module = words[1:], true
				return true
			}
			words = words[1:]
		default:
			c.words, c.launched = words, true
			return launched(name(w))
		}
	}
	c.words = nil
	return false
}

// launched reports whether the file that Python is told to run is a program that we know, such as "$(which coverage)".
func launched(program string) bool { _, ok := launchers[program]; return ok }

// pytestName matches the names of pytest's program, of which Debian's package python3-pytest has the second, and of variables that hold it.
var pytestName = regexp.MustCompile(`^(pytest|pytest-?3|py\.test(-3)?)$|^` + pytest.Unknown(`(?i:py_?test(_cmd|_command|_bin|_exe)?)`) + `$`)

// isPytest reports whether the program is pytest itself.
func (c command) isPytest() bool {
	if len(c.words) == 0 || c.code {
		return false
	}
	if pytestName.MatchString(c.words[0].Text) {
		return true
	}
	switch base := name(c.words[0].Text); base {
	case "pytest", "py.test":
		return !c.module && strings.ContainsAny(c.words[0].Text, `/\`) && path.Ext(c.words[0].Text) != ".py" || strings.HasSuffix(c.words[0].Text, ".exe")
	}
	return false
}

// joinDir returns a folder as seen from another, both absolute or not.
func joinDir(dir, to string) string {
	if path.IsAbs(to) {
		return path.Clean(to)
	}
	return path.Join(dir, to)
}
