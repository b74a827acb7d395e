package pins

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

// readInstall reads what a command installs: the words of pip, of uv and pipx where they take the same words, and of conda. A word
// that nobody can tell is reported; a command of another kind installs nothing that is known here.
func (r *reader) readInstall(i Install) {
	words, conda, ok := installWords(i)
	if !ok {
		return
	}
	p := place{kind: Command, scope: fmt.Sprintf("command at %s:%d", i.File, i.Line), shown: i.Shown}
	for at := 0; at < len(words); at++ {
		word := words[at]
		option, value, joined := strings.Cut(word.Text, "=")
		switch {
		case len(pytest.Unknowns(word.Text)) > 0:
			r.cannot(p, word.Pos, "", fmt.Sprintf("a word of the command depends on %s", strings.Join(pytest.Unknowns(word.Text), ", ")), "write the version down where it is installed")
		case !strings.HasPrefix(word.Text, "-") || word.Text == "-":
			r.installWord(word, i, conda, p)
		case takesValue(option) && joined:
			r.installOption(option, pytest.Word{Text: value, Pos: word.Pos}, i, conda, p)
		case takesValue(word.Text):
			if at++; at < len(words) {
				r.installOption(word.Text, words[at], i, conda, p)
			}
		case len(word.Text) > 2 && strings.Contains("rce", word.Text[1:2]):
			r.installOption(word.Text[:2], pytest.Word{Text: word.Text[2:], Pos: word.Pos}, i, conda, p)
		}
	}
}

// installWords returns the words behind "install", and whether they are MatchSpecs of conda.
func installWords(i Install) (words []pytest.Word, conda, ok bool) {
	program := strings.TrimSuffix(path.Base(strings.ReplaceAll(i.Program, `\`, "/")), ".exe")
	words = i.Words
	if strings.HasPrefix(program, "python") || program == "py" {
		at := slices.IndexFunc(words, func(w pytest.Word) bool { return w.Text == "-m" })
		if at < 0 || at+1 >= len(words) {
			return nil, false, false
		}
		program, words = words[at+1].Text, words[at+2:]
	}
	switch {
	case program == "uv" || program == "uvx":
		return uvWords(program, words)
	case strings.HasPrefix(program, "pip"):
		if words, ok = behind(words, "install", "inject", "download", "wheel"); ok && program == "pipx" && i.Words[0].Text == "inject" {
			words = words[min(1, len(words)):] // the first one is the environment that the others are put into
		}
		return words, false, ok
	case program == "conda" || program == "mamba" || program == "micromamba":
		words, ok = behind(words, "install", "create")
		return words, true, ok
	}
	return nil, false, false
}

// behind returns the words behind the first one that is one of some commands.
func behind(words []pytest.Word, commands ...string) ([]pytest.Word, bool) {
	at := slices.IndexFunc(words, func(w pytest.Word) bool { return slices.Contains(commands, w.Text) })
	if at < 0 {
		return nil, false
	}
	return words[at+1:], true
}

// uvWords returns what uv installs: the words of "uv pip install", "uv add" and "uv tool install", and what "uv run", "uv tool run"
// and "uvx" add by --with.
func uvWords(program string, words []pytest.Word) (list []pytest.Word, conda, ok bool) {
	first := ""
	if len(words) > 0 {
		first = words[0].Text
	}
	if program == "uv" && (first == "pip" || first == "tool" || first == "add") {
		if rest, ok := behind(words, "install", "add"); ok {
			return rest, false, true
		}
	}
	for i, w := range words {
		value, joined := strings.CutPrefix(w.Text, "--with=")
		switch {
		case joined:
			list = append(list, splitComma(pytest.Word{Text: value, Pos: w.Pos})...)
		case w.Text == "--with" && i+1 < len(words):
			list = append(list, splitComma(words[i+1])...)
		}
	}
	return list, false, len(list) > 0
}

// splitComma splits the value of --with: a comma stands between requirements where no clause follows it.
func splitComma(word pytest.Word) (list []pytest.Word) {
	start := 0
	for i := 0; i <= len(word.Text); i++ {
		if i < len(word.Text) && (word.Text[i] != ',' || strings.IndexByte("<>=!~ ", (word.Text + " ")[i+1]) >= 0) {
			continue
		}
		list = append(list, pytest.Word{Text: word.Text[start:i], Pos: word.Pos})
		start = i + 1
	}
	return list
}

// takesValue reports whether an option of pip, uv, pipx or conda has a value in the next word.
func takesValue(option string) bool {
	return slices.Contains([]string{
		"-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "-e", "--editable", "-i", "--index-url", "--index",
		"--default-index", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--platform", "--python-version",
		"--implementation", "--abi", "--only-binary", "--no-binary", "--upgrade-strategy", "--cache-dir", "--log", "--timeout", "--retries",
		"--progress-bar", "-C", "--config-settings", "--trusted-host", "--proxy", "--cert", "--src", "--python", "-p", "-b", "--override",
		"--overrides", "--build-constraint", "--extra", "--group", "--dist", "-d", "--dest", "-w", "--wheel-dir", "--resolution", "--prerelease",
		"--exclude-newer", "--with", "--from", "--pip-args", "--suffix", "-n", "--name", "--channel", "--file", "-P", "--upgrade-package",
	}, option)
}

// installOption reads the value of an option. To conda "-c" is a channel and "-r" a restriction, and its files are lists of their own.
func (r *reader) installOption(option string, value pytest.Word, i Install, conda bool, p place) {
	if conda {
		return
	}
	text := source.TextAt(value.Text, value.Pos)
	long := map[string]string{
		"-r": "--requirement", "--requirement": "--requirement", "--requirements": "--requirement", "-c": "--constraint",
		"--constraint": "--constraint", "--constraints": "--constraint",
	}[option]
	switch {
	case len(pytest.Unknowns(value.Text)) > 0 && (long != "" || option == "-e" || option == "--with"):
		r.cannot(p, value.Pos, "", fmt.Sprintf("a word of the command depends on %s", strings.Join(pytest.Unknowns(value.Text), ", ")), "write the file down")
	case long != "":
		r.include(optionOf(long, text), path.Join(i.Dir, "command"), p, nil, nil)
	case option == "-e" || option == "--editable" || option == "--with":
		r.installWord(value, i, false, p)
	}
}

func optionOf(name string, value source.Text) option { return option{name: name, value: value} }

// installWord reads a word. It can't be edited, for what stands in the file may be quoted, or come from a variable.
func (r *reader) installWord(word pytest.Word, i Install, conda bool, p place) {
	sites := len(r.found.Sites)
	text := source.TextAt(word.Text, word.Pos)
	if conda {
		r.matchSpec(text, p)
	} else {
		r.listed(text, p)
	}
	for at := sites; at < len(r.found.Sites); at++ {
		r.found.Sites[at].Spec = source.Text{}
		r.found.Sites[at].Position = word.Pos
	}
}
