package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A commandLine is what the words of a call say.
type commandLine struct {
	words                  []pair // pass and pass-path
	backend, backendFrom   string
	workers, workersEnv    string
	dist                   string
	only, skip             []string
	paths, list, keepGoing bool
	mode, color            string
	preflight              bool
	logDir, junitDir       string
	shard                  string // I/N; empty for the whole
}

// ownOptions are the wrapper's options that take a value.
var ownOptions = []string{"-n", "--numprocesses", "--backend", "--phase", "--skip-phase", "--shard", "--dist", "--log-dir", "--junit-dir"}

func (m model) parse(args []string) (commandLine, error) {
	line := commandLine{mode: "run", color: "auto", preflight: true}
	var serial, debugger, keepGoing, failFast bool
	for i := 0; i < len(args); i++ {
		word := args[i]
		last := i == len(args)-1
		name, value, joined := splitOption(word)
		switch {
		case word == "--":
			for _, rest := range args[i+1:] {
				line.words = append(line.words, pair{"pass", rest})
			}
			i = len(args)
		case slices.Contains(ownOptions, word):
			if last {
				return line, m.fail("%s needs a value", word)
			}
			i++
			if strings.HasPrefix(args[i], "-") {
				return line, m.fail("%s needs a value, not '%s'", word, args[i])
			}
			if err := m.option(&line, word, args[i]); err != nil {
				return line, err
			}
		case joined:
			if err := m.option(&line, name, value); err != nil {
				return line, err
			}
		case word == "-h" || word == "--help":
			return line, stop{Stdout: m.help + "\n"}
		case word == "--policy-version":
			return line, stop{Stdout: m.version + "\n"}
		case word == "--serial":
			serial = true
		case word == "--list":
			line.list = true
		case word == "--dry-run" || word == "--print-config" || word == "--verify":
			line.mode = word[2:]
		case word == "--keep-going":
			keepGoing = true
		case word == "--fail-fast":
			failFast = true
		case word == "--no-color":
			line.color = "never"
		case word == "--no-preflight":
			line.preflight = false
		case slices.Contains(valueOptions, word) || takesNextWord(word):
			if last {
				return line, m.fail("%s needs a value", word)
			}
			i++
			line.words = append(line.words, pair{"pass", word}, pair{"pass", args[i]})
		case strings.HasPrefix(word, "-"):
			line.words = append(line.words, pair{"pass", word})
			debugger = debugger || word == "--pdb" || word == "--trace"
		default:
			line.paths = true
			line.words = append(line.words, pair{"pass-path", word})
		}
	}
	if debugger && line.workers == "" {
		line.workers = "0"
	}
	if serial && line.workers != "" && line.workers != "0" {
		return line, m.fail("--serial and -n %s contradict each other", line.workers)
	}
	if serial {
		line.workers = "0"
	}
	if keepGoing && failFast {
		return line, m.fail("--keep-going and --fail-fast contradict each other")
	}
	line.keepGoing = keepGoing || !failFast && !m.policy.Runner.FailFast
	return line, nil
}

// takesNextWord reports whether a word is a one-letter option of pytest with a value, perhaps behind flags, whose value
// is not in the word itself.
func takesNextWord(word string) bool {
	letters, ok := strings.CutPrefix(word, "-")
	if !ok || letters == "" || strings.HasPrefix(letters, "-") {
		return false
	}
	last := len(letters) - 1
	return strings.Contains(valueLetters, letters[last:]) && strings.Trim(letters[:last], flagLetters) == ""
}

// splitOption splits a word that holds one of the wrapper's options together with its value.
func splitOption(word string) (name, value string, ok bool) {
	if len(word) > 2 && strings.HasPrefix(word, "-n") {
		return "-n", strings.TrimPrefix(word[2:], "="), true
	}
	name, value, ok = strings.Cut(word, "=")
	return name, value, ok && len(name) > 2 && slices.Contains(ownOptions, name)
}

func (m model) option(line *commandLine, name, value string) (err error) {
	switch name {
	case "-n", "--numprocesses":
		line.workers, err = m.count(name, value)
	case "--backend":
		line.backendFrom = "flag"
		line.backend, err = m.backend(name, value)
		if err == nil && line.backend == "" {
			err = m.fail("--backend needs a name")
		}
	case "--phase", "--skip-phase":
		var known []string
		for _, p := range m.policy.Phases {
			known = append(known, p.Name)
		}
		if !slices.Contains(known, value) {
			return m.unknown("phase", value, known)
		}
		if name == "--phase" {
			line.only = append(line.only, value)
		} else {
			line.skip = append(line.skip, value)
		}
	case "--shard":
		line.shard, err = m.shard(value)
	case "--dist":
		if !slices.Contains(m.policy.DistModes, value) {
			return m.unknown("dist mode", value, m.policy.DistModes)
		}
		line.dist = value
	case "--log-dir":
		line.logDir = value
	case "--junit-dir":
		line.junitDir = value
	}
	if strings.HasSuffix(name, "-dir") && value == "" {
		err = m.fail("%s needs a folder", name)
	}
	return err
}

// count returns a worker count without leading zeros.
func (m model) count(name, value string) (string, error) {
	if value == "auto" || value == "logical" {
		return value, nil
	}
	digits := strings.TrimLeft(value, "0")
	if value == "" || strings.Trim(value, "0123456789") != "" || len(digits) > 4 {
		return "", m.fail("%s needs a number from 0 to 9999, auto or logical, not '%s'", name, value)
	}
	if digits == "" {
		return "0", nil
	}
	return digits, nil
}

// shard returns a value of --shard without leading zeros.
func (m model) shard(value string) (string, error) {
	index, count, _ := strings.Cut(value, "/")
	i, err1 := strconv.ParseUint(index, 10, 64)
	n, err2 := strconv.ParseUint(count, 10, 64)
	if err1 != nil || err2 != nil || i < 1 || i > n || n > 100 {
		return "", m.fail("--shard needs I/N, two whole numbers with 1 <= I <= N <= 100, not '%s'", value)
	}
	return fmt.Sprintf("%d/%d", i, n), nil
}

// backend returns the backend that a word names, or "" for a blank one.
func (m model) backend(from, word string) (string, error) {
	word = strings.Trim(word, " \t\n")
	var known []string
	for _, b := range m.policy.Backends {
		if asciiEqualFold(word, b.Name) {
			return b.Name, nil
		}
		known = append(known, b.Name)
	}
	if word == "" {
		return "", nil
	}
	return "", m.unknown("backend (from "+from+")", word, known)
}

func asciiEqualFold(a, b string) bool {
	lower := func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	return strings.Map(lower, a) == b
}

// environment takes from the environment what the command line leaves open.
func (m model) environment(line *commandLine, env map[string]string) error {
	runner := m.policy.Runner
	if line.backend == "" {
		for _, name := range runner.BackendEnv {
			found, err := m.backend(name, env[name])
			if err != nil {
				return err
			}
			if found == "" || found == line.backend {
				continue
			}
			if line.backend != "" {
				return m.fail("%s says backend %s and %s says %s; unset one of them or use --backend",
					strings.TrimPrefix(line.backendFrom, "env "), line.backend, name, found)
			}
			line.backend, line.backendFrom = found, "env "+name
		}
	}
	if line.backend == "" {
		line.backend, line.backendFrom = m.policy.DefaultBackend.Value, "default"
	}
	if runner.WorkersEnv != "" && env[runner.WorkersEnv] != "" {
		count, err := m.count(runner.WorkersEnv, env[runner.WorkersEnv])
		line.workersEnv = count
		return err
	}
	return nil
}
