package observe

import (
	"path"
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
	h := hatchTest{at: line.words[0], table: t.hatchTable(relative(line.dir))}
	rest := h.options(line.words[2:])
	if h.idle {
		return shell.Result{}, true
	}
	started := line
	started.words = h.words(rest)
	return t.record(started, env), true
}

// hatchTable returns what the project says of the environment of "hatch test"; nil where it says nothing.
func (t trail) hatchTable(dir string) *source.Node {
	file, ok := t.scan.toolFile(tools["hatch"], dir, "")
	if !ok {
		return nil
	}
	content, err := t.scan.repo.read(file)
	if err != nil {
		return nil
	}
	root, err := source.ParseTOML(file, content)
	if err != nil {
		return nil // its own reader tells
	}
	if path.Base(file) == "pyproject.toml" {
		return root.Get("tool", "hatch", "envs", "hatch-test")
	}
	return root.Get("envs", "hatch-test")
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

// words returns the command line of pytest. What the options of hatch add stands where they are written.
func (h *hatchTest) words(rest []pytest.Word) []pytest.Word {
	words := []pytest.Word{{Text: "pytest", Pos: h.at.Pos}}
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
	words = append(words, nodeWords(firstOr(h.table.Get("extra-args")))...)
	if len(rest) == 0 {
		if rest = nodeWords(firstOr(h.table.Get("default-args"))); h.table.Get("default-args") == nil {
			rest = []pytest.Word{{Text: "tests", Pos: h.at.Pos}}
		}
	}
	return slices.Concat(words, rest)
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
