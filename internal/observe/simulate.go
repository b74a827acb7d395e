package observe

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// ambient is the environment that simulated runs begin with: what every login has.
var ambient = map[string]string{
	"HOME": "/home/user", "USER": "user", "LOGNAME": "user", "SHELL": "/bin/bash", "LANG": "C.UTF-8",
	"PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": "dumb",
}

// simulate runs a snippet as a person or a service would, and a script once more for each input.
func (s *scan) simulate(sn snippet) {
	s.enter(sn, Input{})
	if sn.kind != Script {
		return
	}
	for _, in := range s.options.Inputs {
		s.enter(sn, in)
	}
}

// enter simulates a snippet with an input and reports the starts that come of it.
func (s *scan) enter(sn snippet, in Input) {
	r := &round{failing: -1, silent: in.Name != "", left: maxFollowed}
	s.play(sn, in, r)
	if r.left <= 0 {
		s.tooMuch(sn)
	}
	if in.Name == "" && !sn.kind.Shown() {
		s.tryExits(sn, r.starts)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addStarts(distinctStarts(r.starts))
	s.addStarts(distinctStarts(r.begun))
	s.report.Installs = append(s.report.Installs, r.installs...)
}

// addStarts adds starts to the report, once for each distinct way: the entries of a matrix often come to the same. The mutex is held.
func (s *scan) addStarts(starts []Start) {
	for _, start := range starts {
		key := fmt.Sprintf("%v %v %q %q %q %q %q %v %v", start.Position, start.Pytest(), start.Kind, start.Job, start.Where, start.Input, start.Dir, start.Env, texts(start.Argv))
		at, known := s.known[key]
		switch {
		case !known:
			s.known[key] = len(s.report.Starts)
			s.report.Starts = append(s.report.Starts, start)
		case start.Certain && !s.report.Starts[at].Certain:
			s.report.Starts[at] = start
		}
	}
}

// play simulates a snippet and returns the status that it ends with.
func (s *scan) play(sn snippet, in Input, r *round) int {
	env := maps.Clone(ambient)
	maps.Copy(env, sn.env)
	maps.Copy(env, in.Env)
	t := trail{scan: s, entry: sn, input: in, round: r, certain: true}
	return t.run(sn, in.Args, env)
}

// A round is one simulation of an entry.
type round struct {
	starts   []Start
	begun    []Start // the beginnings of starts that stand elsewhere
	clones   []clone // that were made
	installs []install
	failing  int  // the index of the start that does not end well; -1 for none
	status   int  // with which it ends
	silent   bool // its problems have been told
	left     int  // how many commands may still be followed
}

// maxFollowed bounds how many commands of one entry are followed, and once more as many for trying the exits of all its starts.
// The largest entries that people write come to some hundreds.
const maxFollowed = 4096

// spend takes one command off what may be followed. It reports false where nothing is left.
func (r *round) spend() bool {
	r.left--
	return r.left >= 0
}

// tooMuch notes that not all of an entry was followed.
func (s *scan) tooMuch(sn snippet) {
	at := sn.text.At(0)
	if sn.text.Len() == 0 && len(sn.argv) > 0 && len(sn.argv[0]) > 0 {
		at = sn.argv[0][0].Pos
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Problems = append(s.report.Problems,
		Problem{Position: at, Message: fmt.Sprintf("this starts more than %d commands; those after them are not looked at", maxFollowed)})
}

// note keeps a start. A probe for what is not there fails.
func (r *round) note(s Start, missing bool) shell.Result {
	r.starts = append(r.starts, s)
	switch {
	case len(r.starts)-1 == r.failing:
		return shell.Result{Known: true, Status: r.status}
	case missing:
		return shell.Result{Known: true, Status: 1}
	}
	return shell.Result{Known: true}
}

// maxTried bounds for how many starts of an entry it is tried what their failure does, and maxStarts how many are told at all.
const (
	maxTried  = 64
	maxStarts = 512
)

// tryExits finds out what becomes of the exit status of each start: the entry is simulated again with that one failing.
func (s *scan) tryExits(sn snippet, starts []Start) {
	tried, left := 0, maxFollowed
	for i := range starts {
		if !starts[i].Certain || tried == maxTried {
			continue
		}
		tried++
		fails, empty := s.exit(sn, i, 1, &left), s.exit(sn, i, 5, &left) // 5 is pytest's code for no tests
		if left <= 0 {
			return
		}
		starts[i].Fails, starts[i].Empty = fails, empty
		if fails == Told {
			starts[i].Hidden = ""
		}
	}
}

func (s *scan) exit(sn snippet, failing, status int, left *int) exit {
	r := &round{failing: failing, status: status, silent: true, left: *left}
	ended := s.play(sn, Input{}, r)
	*left = r.left
	if ended == 0 {
		return Lost
	}
	return Told
}

// distinctStarts keeps one of several starts that are alike, as those of a loop.
func distinctStarts(starts []Start) (kept []Start) {
	for _, s := range starts {
		if !slices.ContainsFunc(kept, func(k Start) bool { return alike(k, s) }) {
			kept = append(kept, s)
		}
	}
	return kept
}

func alike(a, b Start) bool {
	return a.Position == b.Position && a.Pytest() == b.Pytest() && a.Input == b.Input && a.Dir == b.Dir &&
		maps.Equal(a.Env, b.Env) && slices.Equal(texts(a.Argv), texts(b.Argv)) && reflect.DeepEqual(a.Via, b.Via)
}

// run simulates a snippet at the end of a trail and returns the status that it ends with.
func (t trail) run(sn snippet, args []string, env map[string]string) (status int) {
	t.certain = t.certain && !sn.doubtful
	if t.hidden == "" {
		t.hidden = sn.hidden
	}
	defer func() {
		if sn.hidden != "" {
			status = 0
		}
	}()
	for _, words := range sn.argv {
		res := t.follow(shell.Command{Argv: shellWords(words), Env: env, Dir: absolute(sn.dir), Pos: words[0].Pos, Certain: true})
		if status == 0 {
			status = res.Status
		}
	}
	if sn.text.Len() == 0 {
		return status
	}
	text := plainUnknowns(sn.text)
	f, err := shell.ParseForeign(text.At(0).File, text.String(), text.At, sn.dialect)
	if err != nil {
		t.unread(err)
	}
	seen := f.Observe(shell.Setting{
		Args: args, Env: env, Dir: absolute(sn.dir), Root: mount, Files: t.scan.repo.fs, Start: t.follow, Unknown: pytest.Unknown,
		ErrExit: sn.errExit, PipeFail: sn.pipeFail,
	})
	for _, c := range seen.Commands {
		if !c.Certain {
			t.follow(c)
		}
	}
	for _, p := range seen.Problems {
		t.problem(Problem{Position: p.Pos, Message: p.Message})
	}
	return seen.Status
}

var notPlainUnknown = regexp.MustCompile("\uf8f0[^\uf8f1]*[^A-Za-z0-9_.\uf8f1-][^\uf8f1]*\uf8f1")

// plainUnknowns gives unknown values, such as whole expressions of a CI service, names that mean nothing to a shell.
func plainUnknowns(t source.Text) source.Text {
	if !notPlainUnknown.MatchString(t.String()) {
		return t
	}
	return replaceAll(t, notPlainUnknown, func(match string) string { return unknownWord(strings.Join(pytest.Unknowns(match), "-")) })
}

// unread notes that a text is no shell.
func (t trail) unread(err error) {
	if p, ok := err.(*shell.Problem); ok {
		t.problem(Problem{Position: p.Pos, Message: p.Message, Unread: true})
	}
}

func shellWords(words []pytest.Word) []shell.Word {
	list := make([]shell.Word, len(words))
	for i, w := range words {
		list[i] = shell.Word{Text: w.Text, Pos: w.Pos}
	}
	return list
}
