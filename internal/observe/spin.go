package observe

import (
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/shell"
)

// spinTest follows "spin test", with which projects that are built by Meson run pytest: -j gives its number of workers, and words that are no
// options are pytest's, as is what follows "--" (https://github.com/scientific-python/spin, spin 0.15, cmds/meson.py). A project's own
// command may do more.
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
		case option == "--help" || option == "-h":
			return shell.Result{}, true
		case option == "--":
			words, i = append(words, rest[i+1:]...), len(rest)
		case option == "-j" || option == "--n-jobs":
			if !joined && i+1 < len(rest) {
				i++
				value = rest[i].Text
			}
			words = spinWorkers(words, value, rest[i])
		case strings.HasPrefix(option, "-j"):
			words = spinWorkers(words, rest[i].Text[2:], rest[i])
		case !strings.HasPrefix(option, "-") && (i == 0 || !strings.HasPrefix(rest[i-1].Text, "-")): // behind an option it may be its value
			words = append(words, rest[i])
		}
	}
	if slices.ContainsFunc([]string{":test\"", ":test'"}, func(own string) bool { return t.scan.holds(file, own) }) {
		t.certain = false
	}
	return t.record(command{words: words, dir: line.dir}, env), true
}

// spinWorkers adds what spin makes of its number of jobs, of which one is none for pytest-xdist.
func spinWorkers(words []pytest.Word, jobs string, at pytest.Word) []pytest.Word {
	if jobs == "" || jobs == "1" {
		return words
	}
	return append(words, pytest.Word{Text: "-n", Pos: at.Pos}, pytest.Word{Text: jobs, Pos: at.Pos})
}
