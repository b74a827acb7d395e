package observe

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
	"policygen/internal/source"
)

// hatchTest follows "hatch test", which starts pytest by itself as hatch 1.16 does.
func (t trail) hatchTest(line command, env map[string]string) (shell.Result, bool) {
	if line.module || line.pass != "" || len(line.words) < 2 || name(line.words[0].Text) != "hatch" || line.words[1].Text != "test" {
		return shell.Result{}, false
	}
	f, envs := t.hatchEnvs(line.dir)
	h := hatchTest{at: line.words[0], table: envs.whole("hatch-test")}
	rest := h.options(line.words[2:])
	if h.idle {
		return shell.Result{}, true
	}
	e := envs.env("hatch-test")
	env = with(env, e.variables)
	own, rest := h.own(), h.rest(rest)
	if name := h.script(); e.scripts.Get(name) != nil {
		return t.hatchScript(line, f, e, name, own, rest, env), true
	}
	started := line
	started.words = slices.Concat([]pytest.Word{{Text: "pytest", Pos: h.at.Pos}}, own, rest)
	return t.record(started, env), true
}

// hatchEnvs returns the file in which hatch finds its environments, and these; none where there is none.
func (t trail) hatchEnvs(dir string) (file, hatchEnvs) {
	name, ok := t.scan.toolFile(tools["hatch"], relative(dir), "")
	if !ok || t.isForeign(dir) {
		return file{}, hatchEnvs{}
	}
	content, err := t.scan.repo.read(name)
	if err != nil {
		return file{}, hatchEnvs{}
	}
	root, err := source.ParseTOML(name, content)
	if err != nil {
		return file{}, hatchEnvs{} // its own reader tells
	}
	return t.scan.file(name, content), hatchEnvsOf(path.Base(name), root)
}

// hatchArgs matches where a script of "hatch test" has what its options add.
var hatchArgs = regexp.MustCompile(`\{env:HATCH_TEST_ARGS(:[^{}]*)?\}`)

// hatchScript follows the script of the project's own that "hatch test" runs in place of pytest.
func (t trail) hatchScript(line command, f file, e *hatchEnv, script string, own, rest []pytest.Word, env map[string]string) shell.Result {
	inside, ok := t.into(line.words, f.name+"\x00hatch test")
	if !ok {
		return shell.Result{}
	}
	inside.words = slices.Concat(own, rest)
	r := taskReader{file: f, table: taskTable{tool: "hatch"}, words: rest}
	lines := e.lines(script, listText(e.scripts.Get(script)))
	for i := range lines {
		lines[i] = replaceAll(lines[i], hatchArgs, func(string) string { return " " + quotedWords(own) })
	}
	status := 0
	for _, sn := range r.hatchLines(r.hatchSnippet(e, script), lines) {
		if status = inside.run(sn, nil, env); status != 0 && sn.hidden == "" {
			break
		}
	}
	return ended(status)
}

// A hatchTest is a command line of "hatch test".
type hatchTest struct {
	at    pytest.Word // the word hatch
	table *source.Node
	flags map[string]pytest.Word // by their long names, with their values
	idle  bool                   // it only shows something
}

// hatchFlags are the options of "hatch test" by all their names; true where they take a value.
var hatchFlags = map[string]struct {
	name  string
	value bool
}{
	"-r": {"randomize", false}, "--randomize": {"randomize", false}, "-p": {"parallel", false}, "--parallel": {"parallel", false},
	"--retries": {"retries", true}, "--retry-delay": {"retry-delay", true}, "-c": {"cover", false}, "--cover": {"cover", false},
	"--cover-quiet": {"cover", false}, "--cover-xml": {"cover", false}, "--cover-json": {"cover", false}, "--cover-lcov": {"cover", false},
	"--cover-xml-output": {"cover", true}, "--cover-json-output": {"cover", true}, "--cover-lcov-output": {"cover", true},
	"-a": {"all", false}, "--all": {"all", false}, "-py": {"python", true}, "--python": {"python", true},
	"-i": {"include", true}, "--include": {"include", true}, "-x": {"exclude", true}, "--exclude": {"exclude", true},
	"-s": {"show", false}, "--show": {"show", false}, "-h": {"show", false}, "--help": {"show", false},
}

// options takes hatch's own options off and returns the words that are pytest's.
func (h *hatchTest) options(words []pytest.Word) (rest []pytest.Word) {
	h.flags = map[string]pytest.Word{}
	for i := 0; i < len(words); i++ {
		option, value, joined := strings.Cut(words[i].Text, "=")
		flag, known := hatchFlags[option]
		switch {
		case words[i].Text == "--":
			return append(rest, words[i+1:]...)
		case !known:
			rest = append(rest, words[i])
			continue
		case flag.value && joined:
			h.flags[flag.name] = pytest.Word{Text: value, Pos: words[i].Pos}
		case flag.value && i+1 < len(words):
			i++
			h.flags[flag.name] = words[i]
		default:
			h.flags[flag.name] = words[i]
		}
		h.idle = h.idle || flag.name == "show"
	}
	return rest
}

// script returns the name of the script that is run.
func (h *hatchTest) script() string {
	if _, on := h.flag("cover"); on {
		return "run-cov"
	}
	return "run"
}

// own returns the words that hatch gives pytest by itself. What its options add stands where they are written.
func (h *hatchTest) own() (words []pytest.Word) {
	add := func(at pytest.Word, texts ...string) {
		for _, text := range texts {
			words = append(words, pytest.Word{Text: text, Pos: at.Pos})
		}
	}
	if _, on := h.flag("randomize"); !on {
		add(h.at, "-p", "no:randomly")
	}
	if at, on := h.flag("parallel"); on {
		add(at, "-n", "logical")
	}
	if at, on := h.flag("retries"); on && at.Text != "0" {
		add(at, "-r", "aR", "--reruns", at.Text)
		if delay, on := h.flag("retry-delay"); on {
			add(delay, "--reruns-delay", delay.Text)
		}
	}
	return append(words, nodeWords(firstOr(h.table.Get("extra-args")))...)
}

// rest returns the words that were given, or else those that the project has for this.
func (h *hatchTest) rest(given []pytest.Word) []pytest.Word {
	switch defaults := h.table.Get("default-args"); {
	case len(given) > 0:
		return given
	case defaults != nil:
		return nodeWords(defaults)
	}
	return []pytest.Word{{Text: "tests", Pos: h.at.Pos}}
}

// flag returns the value of an option of the command line or else of the project, and whether it is on.
func (h *hatchTest) flag(name string) (pytest.Word, bool) {
	if at, ok := h.flags[name]; ok {
		return at, true
	}
	if n := h.table.Get(name); n != nil && n.Kind == source.Scalar && n.Text.String() != "false" {
		return pytest.Word{Text: n.Text.String(), Pos: n.Text.At(0)}, true
	}
	return pytest.Word{}, false
}

// firstOr returns a node, or an empty one for nil.
func firstOr(n *source.Node) *source.Node {
	if n == nil {
		return &source.Node{}
	}
	return n
}
