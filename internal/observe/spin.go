package observe

import (
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// spinTest follows "spin test", with which projects that are built by Meson run pytest: -j gives its number of workers, and what follows
// "--" is pytest's (https://github.com/scientific-python/spin, spin 0.15, cmds/meson.py). A project's own command may do more.
func (t trail) spinTest(line command, env map[string]string) (shell.Result, bool) {
	if line.module || line.code || len(line.words) < 2 || name(line.words[0].Text) != "spin" || line.words[1].Text != "test" {
		return shell.Result{}, false
	}
	file, ok := t.scan.toolFile(tools["spin"], relative(line.dir), "")
	if !ok {
		return shell.Result{}, false
	}
	words := []pytest.Word{{Text: "pytest", Pos: line.words[0].Pos}}
	rest := line.words[2:]
	for i := 0; i < len(rest); i++ {
		option, value, joined := strings.Cut(rest[i].Text, "=")
		switch {
		case rest[i].Text == "--":
			words, i = append(words, rest[i+1:]...), len(rest)
		case option != "-j" && option != "--n-jobs" && option != "-m" && option != "--markexpr":
		case joined || i+1 < len(rest):
			if !joined {
				i++
				value = rest[i].Text
			}
			short := map[string]string{"-j": "-n", "--n-jobs": "-n", "-m": "-m", "--markexpr": "-m"}[option]
			words = append(words, pytest.Word{Text: short, Pos: rest[i].Pos}, pytest.Word{Text: value, Pos: rest[i].Pos})
		}
	}
	if slices.ContainsFunc([]string{":test\"", ":test'"}, func(own string) bool { return t.scan.holds(file, own) }) {
		t.certain = false
	}
	return t.record(command{words: words, dir: line.dir}, env), true
}
