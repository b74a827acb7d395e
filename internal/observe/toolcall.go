package observe

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"policygen/internal/pytest"
)

// parseNames takes the first word that is no option for the name of what is run, and the rest for its words.
func parseNames(words []pytest.Word) call {
	for i, w := range words {
		if !strings.HasPrefix(w.Text, "-") {
			return call{names: []string{w.Text}, words: words[i+1:]}
		}
	}
	return call{}
}

// parseHatch passes over "+matrix=value" words.
func parseHatch(words []pytest.Word) call {
	for len(words) > 0 && strings.HasPrefix(words[0].Text, "+") {
		words = words[1:]
	}
	return parseNames(words)
}

// parseMake reads make's command line; its options that take a value are those of GNU make 4.4.
func parseMake(words []pytest.Word) call {
	c := call{variables: map[string]string{}}
	for i := 0; i < len(words); i++ {
		w := words[i].Text
		option, value, joined := strings.Cut(w, "=")
		next := func() string {
			if joined {
				return value
			}
			if i+1 < len(words) {
				i++
				return words[i].Text
			}
			return ""
		}
		switch {
		case option == "-C" || option == "--directory":
			c.dir = path.Join(c.dir, next())
		case option == "-f" || option == "--file" || option == "--makefile":
			c.file = next()
		case w == "-n" || w == "--dry-run" || w == "--just-print" || w == "--recon":
			c.idle = true
		case option == "-I" || option == "-o" || option == "-W":
			next()
		case strings.HasPrefix(w, "-"):
		case joined:
			c.variables[strings.TrimRight(option, ":+?")] = value
		default:
			c.names = append(c.names, w)
		}
	}
	return c
}

// toxIdle are the words of tox 3 and 4 with which it runs no commands.
var toxIdle = []string{
	"list", "l", "config", "c", "devenv", "d", "quickstart", "q", "schema", "depends", "de", "-l", "--listenvs", "-a", "--listenvs-all", "--showconfig",
	"--notest", "-n", "--devenv", "--version", "-h", "--help", "--sdistonly", "--pkg-only", "-b",
}

// toxLists matches clusters of short options with which tox only lists environments.
var toxLists = regexp.MustCompile(`^-[qrv]*[al][qrv]*$`)

// toxWord reports whether a word can stand where it does in a command line of tox: the first one that is no option is a subcommand.
func toxWord(word string, i int) bool {
	return i > 0 || strings.HasPrefix(word, "-") || slices.Contains([]string{"run", "r", "run-parallel", "p", "legacy", "le", "exec", "e"}, word) ||
		len(pytest.Unknowns(word)) > 0
}

// parseTox reads tox's command line: "tox run -e py311,lint -- words".
func parseTox(words []pytest.Word) call {
	var c call
	for i := 0; i < len(words); i++ {
		option, value, joined := strings.Cut(words[i].Text, "=")
		if !joined && i+1 < len(words) {
			value = words[i+1].Text
		}
		switch {
		case option == "--":
			c.words = words[i+1:]
			return c
		case slices.Contains(toxIdle, words[i].Text) || toxLists.MatchString(words[i].Text) || !toxWord(words[i].Text, i):
			c.idle = true
			return c
		case option == "-m" || option == "--labels":
			c.labels = append(c.labels, strings.Split(value, ",")...)
		case option == "-f": // takes all words up to the next option
			var all []string
			for ; i+1 < len(words) && !strings.HasPrefix(words[i+1].Text, "-"); i++ {
				all = append(all, strings.Split(words[i+1].Text, "-")...)
			}
			c.factors = append(c.factors, all)
			continue
		case option == "-e":
			c.names = append(c.names, expandedList(strings.Join(strings.Fields(value), ","))...)
		case strings.HasPrefix(option, "-e") && len(option) > 2 && option[2] != '-':
			c.names = append(c.names, expandedList(words[i].Text[2:])...)
			continue
		case option == "-c" || option == "--conf":
			c.file = value
		case option == "--root":
			c.dir = value
		default:
			continue
		}
		if !joined {
			i++
		}
	}
	return c
}

// chooses matches the options of nox that sessions follow, also behind others in one word.
var chooses = regexp.MustCompile(`^(-[rRvx]*[se]|--sessions?)$`)

var tagged = regexp.MustCompile(`^(-[rRvx]*t|--tags)$`)

// parseNox reads nox's command line: "nox -s tests lint -- words".
func parseNox(words []pytest.Word) call {
	var c call
	taking := false
	for i, w := range words {
		switch {
		case w.Text == "--":
			c.words = words[i+1:]
			return c
		case slices.Contains([]string{"-l", "--list", "-l/--list", "--list-sessions", "--usage", "--install-only", "--version", "-h", "--help"}, w.Text):
			c.idle = true
		case (w.Text == "-f" || w.Text == "--noxfile") && i+1 < len(words):
			c.file = words[i+1].Text
		case tagged.MatchString(w.Text):
			taking, c.unsure = false, true
			for j := i + 1; j < len(words) && !strings.HasPrefix(words[j].Text, "-"); j++ {
				c.labels = append(c.labels, words[j].Text)
			}
		case chooses.MatchString(w.Text):
			taking = true
		case strings.HasPrefix(w.Text, "-"):
			taking = false
		case taking:
			c.names = append(c.names, sessionNames(w.Text)...)
		}
	}
	return c
}
