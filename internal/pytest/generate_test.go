package pytest

import (
	"math/rand/v2"
	"strings"
)

// A generator makes up starts of pytest.
type generator struct{ *rand.Rand }

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// words returns an option, with its value if it takes one, or a path.
func (g *generator) words() []string {
	switch n := g.IntN(100); {
	case n < 40:
		return g.plugins()
	case n < 70:
		return g.plain()
	case n < 92:
		return []string{pick(g, paths...)}
	}
	return g.odd()
}

var paths = []string{"tests", "tests/unit", "tests/unit/test_a.py", "tests/unit/test_a.py::test_x", "sub", "sub/test_b.py", "src", "missing", ".", "4", "./tests/", "test_c.py"}

// plugins returns an option of pytest-xdist or pytest-timeout.
func (g *generator) plugins() []string {
	n := pick(g, "0", "1", "2", "4", "8", "auto", "logical", "12", " 3", "-1", "1_0")
	dist := pick(g, "no", "load", "loadfile", "loadscope", "loadgroup", "worksteal", "each")
	seconds := pick(g, "5", "0", "1.5", "30", "1e3")
	return pick(g,
		[]string{"-n" + n}, []string{"-n", n}, []string{"-n=" + n}, []string{"--numprocesses=" + n}, []string{"--numprocesses", n},
		[]string{"--dist=" + dist}, []string{"--dist", dist}, []string{"-d"}, []string{"-f"},
		[]string{"--maxprocesses=" + pick(g, "1", "3", "6", "0", "-2")}, []string{"--maxprocesses", pick(g, "2", "5")},
		[]string{"--max-worker-restart=" + pick(g, "0", "3", "100")}, []string{"--tx=2*popen"},
		[]string{"--tx", pick(g, "popen", "3*popen", "2*popen//python=python3", "ssh=host", "12", "-1*popen")},
		[]string{"--timeout=" + seconds}, []string{"--timeout", seconds},
		[]string{"--timeout-method=" + pick(g, "thread", "signal")}, []string{"--timeout_method", "thread"},
	)
}

// plain returns an option of pytest.
func (g *generator) plain() []string {
	return pick(g,
		[]string{"-m", pick(g, "slow", "not slow", "", "-x y")}, []string{"-mfast"}, []string{"-k", "name or other"}, []string{"-k=x"},
		[]string{"-p", pick(g, "xdist", "no:timeout", "no:cacheprovider", "no:randomly")},
		[]string{"-v"}, []string{"-vv"}, []string{"-q"}, []string{"-x"}, []string{"-xvs"}, []string{"-xvk", "b"}, []string{"-rA"}, []string{"--tb=short"},
		[]string{"--tb", "long"}, []string{"--maxfail=2"}, []string{"--durations", "5"}, []string{"--debug", "x.log"}, []string{"--trace"},
		[]string{"--strict-markers"}, []string{"--override-ini=timeout=9"}, []string{"-oaddopts=-v -n 6"},
		[]string{"-o", "addopts=" + pick(g, "-n 5", "", "--dist loadfile")}, []string{"--rootdir", "sub"}, []string{"--rootdir=" + pick(g, ".", "tests", "src")},
		[]string{"-c", pick(g, "pytest.ini", "conf/other.ini", "tox.ini", "pyproject.toml", "conf/custom.toml")}, []string{"--pyargs"},
	)
}

// odd returns what is seldom right, or ends pytest early.
func (g *generator) odd() []string {
	return pick(g,
		[]string{"-n", "x"}, []string{"--dist", "foo"}, []string{"--timeout=x"}, []string{"--timeout-method=x"}, []string{"--maxfail", "x"}, []string{"--tx=0*popen"},
		[]string{"-p", "no:xdist"}, []string{"-pno:xdist"}, []string{"--lf"}, []string{"--sw"}, []string{"-xvn4"}, []string{"--pdb"}, []string{"--collect-only"}, []string{"--co"},
		[]string{"--help"}, []string{"-h"}, []string{"--version"}, []string{"-V"}, []string{"--markers"}, []string{"--fixtures"}, []string{"--setup-plan"},
		[]string{"--numproc=3"}, []string{"--cache-show"}, []string{"--cache-show=x"}, []string{"-o", "broken"}, []string{"-c", pick(g, "missing.ini", "conf/x.txt")},
		[]string{"--config-file=tox.ini"}, []string{"--rootdir=missing"}, []string{"@args.txt"}, []string{"@missing.txt"}, []string{"--"}, []string{"--px", "popen"},
	)
}

// line returns up to n options and paths.
func (g *generator) line(n int) []string {
	var line []string
	for range g.IntN(n + 1) {
		line = append(line, g.words()...)
	}
	return line
}

// quoted returns words as they would stand in addopts.
func (g *generator) quoted(words []string) string {
	texts := make([]string, len(words))
	for i, w := range words {
		if texts[i] = w; w == "" || strings.ContainsAny(w, " ") || g.chance(10) {
			texts[i] = pick(g, "'"+w+"'", `"`+w+`"`, strings.ReplaceAll("'"+w+"'", " ", "' '"))
		}
	}
	text := strings.Join(texts, pick(g, " ", " ", "  "))
	if g.chance(3) {
		text += pick(g, " '", ` "x`, ` \`)
	}
	return text
}

// keys returns the keys of a section, with a separator of the format and a way to write a text.
func (g *generator) keys(text func(string) string) string {
	var b strings.Builder
	add := func(key, value string) { b.WriteString(key + " = " + value + "\n") }
	if g.chance(60) {
		add("addopts", text(g.quoted(g.line(3))))
	}
	if g.chance(25) {
		add("timeout", text(pick(g, "7", "2.5", "0")))
	}
	if g.chance(20) {
		add("timeout_method", text("thread"))
	}
	if g.chance(30) {
		add("testpaths", text(pick(g, "tests", "tests sub", "missing", "t*", "tests/*/test_*.py", "**/unit", "src/**")))
	}
	return b.String()
}

func plainText(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// tomlText returns a text as a string of TOML.
func tomlText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// native returns keys with the types of TOML.
func (g *generator) native() string {
	var b strings.Builder
	if g.chance(70) {
		texts := []string{}
		for _, w := range g.line(3) {
			texts = append(texts, tomlText(w))
		}
		b.WriteString("addopts = [" + strings.Join(texts, ", ") + "]\n")
	} else if g.chance(20) {
		b.WriteString("addopts = \"-n 2\"\n")
	}
	if g.chance(30) {
		b.WriteString("timeout = \"4\"\n")
	}
	if g.chance(30) {
		b.WriteString("testpaths = [\"tests\"]\n")
	}
	return b.String()
}

func (g *generator) ini(section string) string {
	if g.chance(8) {
		return pick(g, "", "[other]\nx = 1\n", "["+section+"]\n", "[pytest]\n")
	}
	return "[" + section + "]\n" + g.keys(plainText)
}

func (g *generator) pyproject() string {
	switch g.IntN(6) {
	case 0:
		return "[project]\nname = \"x\"\n"
	case 1:
		return "[tool.pytest]\n" + g.native()
	case 2:
		return "[tool.pytest]\n" + g.native() + "[tool.pytest.ini_options]\n" + g.keys(tomlText)
	case 3:
		return "[tool.pytest.ini_options]\n" + g.keys(tomlText)
	case 4:
		return "[tool.pytest.ini_options]\n" + g.native()
	}
	return "[tool.pytest.ini_options]\n" + g.keys(tomlText)
}

func (g *generator) pytestTOML() string {
	return pick(g, "", "[pytest]\n"+g.native(), "[pytest]\n"+g.native(), "x = 1\n", "[tool.pytest]\n"+g.native(), "[broken\n")
}

// files returns a repository.
func (g *generator) files() map[string]string {
	files := map[string]string{
		"tests/unit/test_a.py": "", "tests/test_d.py": "", "sub/test_b.py": "", "src/x.py": "", "test_c.py": "", "4/test_e.py": "",
		"args.txt": strings.Join(g.line(3), "\n"), "conf/x.txt": "",
		"conf/other.ini": "[pytest]\n" + g.keys(plainText), "conf/custom.toml": pick(g, g.pyproject(), g.pytestTOML()),
	}
	put := func(percent int, name, text string) {
		if g.chance(percent) {
			files[name] = text
		}
	}
	put(8, "pytest.toml", g.pytestTOML())
	put(5, ".pytest.toml", g.pytestTOML())
	put(30, "pytest.ini", g.ini("pytest"))
	put(8, ".pytest.ini", g.ini("pytest"))
	put(40, "pyproject.toml", g.pyproject())
	put(20, "tox.ini", g.ini("pytest"))
	put(20, "setup.cfg", g.ini("tool:pytest"))
	put(15, "tests/pytest.ini", g.ini("pytest"))
	put(10, "tests/pyproject.toml", g.pyproject())
	put(10, "sub/setup.cfg", g.ini("tool:pytest"))
	put(10, "setup.py", "")
	put(10, "sub/setup.py", "")
	return files
}

// question returns a start.
func (g *generator) question() question {
	q := question{Files: g.files(), Dir: pick(g, ".", ".", ".", ".", "tests", "sub", "tests/unit"), Args: g.line(5), Env: map[string]string{}}
	if q.Args == nil {
		q.Args = []string{}
	}
	put := func(percent int, name, value string) {
		if g.chance(percent) {
			q.Env[name] = value
		}
	}
	put(30, "PYTEST_ADDOPTS", g.quoted(g.line(3)))
	put(10, "PYTEST_TIMEOUT", pick(g, "11", "0.5"))
	put(20, "PYTEST_XDIST_AUTO_NUM_WORKERS", pick(g, "3", "0", "many", ""))
	put(8, "PYTEST_DISABLE_PLUGIN_AUTOLOAD", pick(g, "1", ""))
	put(5, "PYTEST_PLUGINS", pick(g, "xdist", "xdist.plugin,pytest_timeout", "pytest_timeout"))
	return q
}
