package observe

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// Mount is where the repository lies in simulated runs: words such as "$PWD/tests" of a start begin with it.
const Mount = "/repo"

const mount = Mount

// maxDepth bounds how far a command is followed; a workflow that calls make, that calls a script, that calls tox, is four.
const maxDepth = 10

// A trail is the way from a command that a person wrote to where a simulated run is now.
type trail struct {
	scan    *scan
	entry   snippet
	input   Input
	round   *round        // of simulating the entry
	steps   []step        // from the entry's own command on
	call    []pytest.Word // the entry's own command
	certain bool          // false as soon as a command on the way was in no simulated run
	hidden  string        // how the exit status is lost on the way
	words   []pytest.Word // of the command that was followed last, which know where they were written
	open    []string      // what is being followed, so that nothing runs in circles
}

// follow decides what becomes of a command that a simulated run would have started.
func (t trail) follow(c shell.Command) shell.Result {
	if !t.round.spend() {
		return shell.Result{Known: true}
	}
	t.certain = t.certain && c.Certain
	if t.hidden == "" {
		t.hidden = c.Hidden
	}
	line := lookThrough(t.written(c.Argv), t.moved(c.Dir))
	line.dir, line.stdin = t.moved(line.dir), c.Stdin
	env := maps.Clone(c.Env)
	maps.Copy(env, line.env)
	switch {
	case line.text != nil:
		return t.shellText(*line.text, nil, line.dir, env)
	case len(line.words) == 0:
		return shell.Result{}
	case line.pass == "" && line.isPytest() && !t.isOwnFile(line):
		return t.record(line, env)
	}
	for _, way := range t.ways() {
		if res, taken := way(line, env); taken {
			return res
		}
	}
	if line.isPytest() { // no task of the project
		return t.record(line, env)
	}
	return shell.Result{}
}

// isOwnFile reports whether the program is a file of the repository, which may only be called like one that is known.
func (t trail) isOwnFile(line command) bool {
	if line.module || !strings.Contains(line.words[0].Text, "/") {
		return false
	}
	file, ok := t.inRepository(line.dir, line.words[0].Text)
	return ok && t.scan.repo.isFile(file)
}

// ways are what a command can be besides pytest, tried in this order. Each reports whether the command was its business.
func (t trail) ways() []func(line command, env map[string]string) (shell.Result, bool) {
	return []func(command, map[string]string) (shell.Result, bool){t.install, t.toplevel, t.clone, t.shell, t.hatchTest, t.spinTest, t.task, t.script, t.python, t.contained, t.fallback}
}

// written gives the words of a followed script back the places where its caller wrote them: a word that stands in "$@" in the
// script was written in the call.
func (t trail) written(argv []shell.Word) []pytest.Word {
	words := make([]pytest.Word, len(argv))
	next := 0
	for i, w := range argv {
		words[i] = pytest.Word{Text: w.Text, Pos: w.Pos, Origin: w.Origin}
		if at := slices.IndexFunc(t.words[next:], func(c pytest.Word) bool { return c.Text == w.Text }); w.Expanded && at >= 0 {
			words[i].Pos = t.words[next+at].Pos
			next += at + 1
		}
	}
	return words
}

// record notes a start of pytest, and answers what its tests are taken to have come to.
func (t trail) record(line command, env map[string]string) shell.Result {
	var begun []pytest.Word
	line.words, begun = t.placed(line.words)
	at := line.words[0].Pos
	if len(t.steps) == 0 && t.sayNothing(line.words[1:]) {
		return shell.Result{}
	}
	if len(t.round.starts) >= maxStarts {
		t.round.left = 0
		return shell.Result{Known: true}
	}
	start := Start{Argv: line.words[1:], Env: added(ambient, env), Dir: relative(line.dir)}
	if t.round.failing >= 0 { // the settings are known from the round before
		return t.round.note(start, false)
	}
	if c, ok := t.cloneAt(line.dir); ok && !c.own {
		start.Foreign = c.name
		start.Settings = t.foreignSettings(start, env)
		t.begin(begun, start, env)
		return t.note(start, at, line.words)
	}
	start.Settings = t.scan.project.Resolve(pytest.Invocation{Args: start.Argv, Env: env, Dir: start.Dir, Mount: mount})
	t.begin(begun, start, env)
	return t.note(start, at, line.words)
}

// recordWrapper notes a call of a rendered wrapper, which starts pytest as its policy says.
func (t trail) recordWrapper(file string, words []pytest.Word, line command, env map[string]string) shell.Result {
	line.words, _ = t.placed(line.words)
	start := Start{Argv: words, Env: added(ambient, env), Dir: relative(line.dir), Wrapper: file}
	return t.note(start, line.words[0].Pos, line.words)
}

func (t trail) note(start Start, at finding.Position, words []pytest.Word) shell.Result {
	start.Position, start.Call = at, words
	if len(t.steps) > 0 {
		start.Position, start.Call = t.steps[0].Position, t.call
		start.Via = append(slices.Clone(t.steps[1:]), step{at, abridged(words)})
	}
	start.Kind, start.Job, start.Minutes, start.Where, start.Input = t.entry.kind, t.entry.job, t.entry.minutes, t.entry.where, t.input.Name
	start.Certain, start.Hidden, start.Inline = t.certain, t.hidden, t.entry.inline
	probe := start.Wrapper == "" && !start.Settings.RunsTests
	return t.round.note(start, probe && t.input.NoXdist)
}

// into returns the trail inside of what a command runs.
func (t trail) into(line []pytest.Word, opened string) (trail, bool) {
	if len(t.steps) >= maxDepth || slices.Contains(t.open, opened) {
		return t, false
	}
	line, _ = t.placed(line)
	if len(t.steps) == 0 {
		t.call = line
	}
	t.steps = append(slices.Clone(t.steps), step{line[0].Pos, abridged(line)})
	t.open = append(slices.Clone(t.open), opened)
	t.words = line
	return t, true
}

// problem notes that something could not be followed. What is only shown to people need not be right, and what was
// guessed to be commands need be none.
func (t trail) problem(p Problem) {
	if t.entry.kind.Shown() || t.entry.kind == YAML || t.round.silent {
		return
	}
	t.scan.mu.Lock()
	defer t.scan.mu.Unlock()
	t.scan.report.Problems = append(t.scan.report.Problems, p)
}

// relative returns a folder of the simulation as seen from the root of the repository.
func relative(dir string) string {
	if dir == mount {
		return "."
	}
	return strings.TrimPrefix(path.Clean(dir), mount+"/")
}

// absolute returns a folder of the repository as it is called in the simulation.
func absolute(dir string) string { return path.Join(mount, dir) }

// added returns what an environment has that the one before had not, or otherwise.
func added(before, after map[string]string) map[string]string {
	diff := map[string]string{}
	for name, value := range after {
		if old, ok := before[name]; (!ok || old != value) && !ofService.MatchString(name) {
			diff[name] = value
		}
	}
	return diff
}

// ofService matches variables of the shell, of tox and of CI services, which nobody set on purpose.
var ofService = regexp.MustCompile(`^(PWD|OLDPWD|SHLVL|_|CIRCLECI|VIRTUAL_ENV|TOX_ENV_NAME|TF_BUILD|BUILD_SOURCESDIRECTORY|SYSTEM_DEFAULTWORKINGDIRECTORY|PRE_COMMIT)$|` +
	`^(CI|GITHUB|RUNNER|GITLAB|TRAVIS|CIRRUS|APPVEYOR|BITBUCKET|BUILDKITE)(_|$)`)

// abridged returns a command line for people, in at most 100 characters.
func abridged(words []pytest.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	text := []rune(readable(strings.Join(texts, " ")))
	if len(text) > 100 {
		text = append(text[:99], '…')
	}
	return string(text)
}

// readable returns a text with unknown values by their names.
func readable(text string) string {
	for _, name := range pytest.Unknowns(text) {
		text = strings.ReplaceAll(text, pytest.Unknown(name), name)
	}
	return text
}
