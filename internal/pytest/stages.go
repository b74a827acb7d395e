package pytest

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// readWords goes the way of pytest's Config.parse: PYTEST_ADDOPTS and the command line tell the configuration file, its addopts go
// before them, all of them tell the plugins, and the last pass has the options of all plugins.
func (r *resolver) readWords() {
	commandLine := make([]word, len(r.inv.Args))
	for i, w := range r.inv.Args {
		commandLine[i] = word{Word: w, from: CommandLine}
	}
	core := r.core(builtinsOff(commandLine))
	r.words = append(r.addoptsEnv(), commandLine...)
	first := core.parse(r.expand(), early)
	r.refuse(first.err)
	r.findConfig(first)
	addopts := r.iniWords("addopts", Addopts)
	r.words = append(addopts, r.words...)
	known := core.parse(r.expand(), early)
	r.refuse(known.err)
	if atLeast(r.rel.Pytest, "9.1") {
		r.override(known)
	}
	r.loadPlugins(known)
	r.finalPass()
	if r.printsVersion() {
		r.err = ""
	}
}

// builtinsOff returns which built-in plugins are taken away. Only words of the command line itself do that: those of addopts come too
// late.
func builtinsOff(commandLine []word) plugins {
	off := plugins{blocked: map[string]Word{}, autoload: true}
	off.scan(commandLine, true)
	return off
}

// addoptsEnv returns the words of PYTEST_ADDOPTS.
func (r *resolver) addoptsEnv() []word {
	words, err := splitAt(r.inv.Env["PYTEST_ADDOPTS"], AddoptsEnv, func(int) finding.Position { return finding.Position{} })
	if err != nil {
		r.refuse("PYTEST_ADDOPTS: " + err.Error())
	}
	return words
}

// finalPass parses all words with the options of all plugins.
func (r *resolver) finalPass() {
	words := r.expand()
	commandLine := slices.DeleteFunc(slices.Clone(r.words), func(w word) bool { return w.from != CommandLine })
	full := r.full(builtinsOff(commandLine), r.plugins)
	r.refuse(full.parse(words, early).err) // pytest looks at all words once more before it meets --help
	if atLeast(r.rel.Pytest, "9.0") {
		r.parsed = full.parseIntermixed(words)
	} else {
		r.parsed = full.parse(words, final)
	}
	r.refuse(r.parsed.err)
	r.words = make([]word, len(words))
	for i, w := range words {
		r.words[i] = w.word
	}
	r.sortExtras()
	r.markOpen()
}

// sortExtras looks at what is left over: positional words are taken as such, options that pytest doesn't have in this start are
// refused, and options that are in no table may belong to a plugin or to a conftest.py.
func (r *resolver) sortExtras() {
	var refused []string
	for _, w := range r.parsed.extras {
		name, _, _ := strings.Cut(w.Text, "=")
		switch {
		case !strings.HasPrefix(w.Text, "-"):
			r.parsed.words = append(r.parsed.words, w)
		case len(Unknowns(name)) > 0:
		case isKnown(name) || w.Text == "--" || len(w.Text) > 2 && w.Text[1] != '-' && isKnown(w.Text[:2]):
			refused = append(refused, w.Text)
		default:
			r.parsed.events = append(r.parsed.events, strange(w))
		}
	}
	if len(refused) > 0 && r.parsed.err == "" && !r.parsed.helped {
		r.refuse("unrecognized arguments: " + strings.Join(refused, " "))
	}
	slices.SortStableFunc(r.parsed.words, func(a, b numbered) int { return a.seq - b.seq })
	r.valuesOfStrangers()
	slices.SortStableFunc(r.parsed.events, func(a, b event) int { return a.seq - b.seq })
}

// strange returns the event of an option that is in no table.
func strange(w numbered) event {
	name, value, set := strings.Cut(w.Text, "=")
	return event{word: w.word, name: name, value: Word{Text: value, Pos: w.Pos}, set: set, seq: w.seq}
}

// valuesOfStrangers gives an option that is in no table the word that follows it, where that doesn't look like something to collect.
func (r *resolver) valuesOfStrangers() {
	for i := range r.parsed.events {
		e := &r.parsed.events[i]
		if e.dest != "" || e.set {
			continue
		}
		at := slices.IndexFunc(r.parsed.words, func(w numbered) bool { return w.seq == e.seq+1 })
		if at < 0 || r.collectable(r.parsed.words[at].Text) {
			continue
		}
		e.value, e.set = r.parsed.words[at].Word, true
		r.parsed.words = slices.Delete(r.parsed.words, at, at+1)
	}
}

// collectable reports whether a word looks like something that pytest collects.
func (r *resolver) collectable(text string) bool {
	return strings.Contains(text, "/") || strings.Contains(text, "::") || strings.HasSuffix(text, ".py") || isUnknown(text) || r.exists(text)
}

// markOpen marks the words that may stand for options that nobody sees.
func (r *resolver) markOpen() {
	for _, seq := range r.parsed.open {
		r.words[seq].open = true
	}
	for _, w := range r.parsed.words {
		r.words[w.seq].open = isUnknown(w.Text) && !r.behindDashes(w.seq)
	}
	for _, w := range r.parsed.extras {
		if name, _, _ := strings.Cut(w.Text, "="); strings.HasPrefix(w.Text, "-") && len(Unknowns(name)) > 0 {
			r.words[w.seq].open = true
		}
	}
}

// behindDashes reports whether a word follows "--", where it can be no option.
func (r *resolver) behindDashes(seq int) bool {
	return slices.ContainsFunc(r.words[:seq], func(w word) bool { return w.Text == "--" })
}

// printsVersion reports whether pytest prints its version before it looks at anything else.
func (r *resolver) printsVersion() bool {
	n := 0
	for _, w := range r.inv.Args {
		if w.Text == "--version" && atLeast(r.rel.Pytest, "9.0") || w.Text == "-V" && atLeast(r.rel.Pytest, "9.1") {
			n++
		}
	}
	return n == 1
}

// expand returns the words with those of the files that @FILE names in its place, and counts them.
func (r *resolver) expand() []numbered {
	words := r.words
	if atLeast(r.rel.Pytest, "8.2") {
		words = r.expanded(words, 0)
	}
	list := make([]numbered, len(words))
	for i, w := range words {
		list[i] = numbered{w, i}
	}
	return list
}

// maxNesting is how deep argument files may name others. Python's own limit, its stack, would be far beyond.
const maxNesting = 20

// maxFiles is how many of them one start may read.
const maxFiles = 1000

func (r *resolver) expanded(words []word, depth int) []word {
	var list []word
	for _, w := range words {
		name, is := strings.CutPrefix(w.Text, "@")
		if !is {
			list = append(list, w)
			continue
		}
		file, inside := r.locate(name)
		if !inside {
			list = append(list, w)
			continue
		}
		text, err := fs.ReadFile(r.files, file)
		r.argumentFiles++
		if err != nil || depth == maxNesting || r.argumentFiles > maxFiles {
			r.refuse("argument file " + strconv.Quote(name) + " can't be read")
			continue
		}
		list = append(list, r.expanded(linesOf(file, text, w.from), depth+1)...)
	}
	return list
}

// linesOf returns the lines of an argument file, each of them a word.
func linesOf(file string, text []byte, from From) []word {
	var list []word
	for _, line := range source.NewText(file, text).Lines() {
		list = append(list, word{Word: Word{Text: line.String(), Pos: line.At(0)}, from: from})
	}
	return list
}
