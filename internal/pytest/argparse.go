package pytest

import (
	"regexp"
	"strconv"
	"strings"
)

// An event is an option that argparse has read, with its value, or one that it doesn't know.
type event struct {
	word  word // the word that the option begins in
	name  string
	dest  string
	value Word // the value and where it stands
	set   bool
	seq   int // of the word that the option begins in
}

// parsed is what argparse makes of a list of words.
type parsed struct {
	events []event // the options that it knows, in order
	words  []numbered
	extras []numbered // options that it doesn't know; among them may be positional words that pytest takes as such
	open   []int      // places of clusters that end in an unknown value
	err    string
	helped bool // it met --help, and pytest reads no further
}

// A numbered word knows its place in the list that is being parsed.
type numbered struct {
	word
	seq int
}

// A reading is a word that argparse takes for an option.
type reading struct {
	option   *option // nil where it is unknown
	name     string
	explicit string
	has      bool // there is an explicit value: what follows "=", or the short option's letter
}

// A mode is what a pass is for.
type mode int

const (
	// early passes look for a few options before plugins are there. A letter that is unknown in a cluster of short options is left to
	// the plugins, as newer Pythons do; Python 3.11 refuses "-xn4" for it.
	early mode = iota
	final      // the last pass has all options and ends at --help
)

// A run is one pass of argparse over a list of words, as Python 3.11's parse_known_args does it.
type run struct {
	parser   parser
	words    []numbered
	pattern  string // for each word O, A or -, as argparse has it
	readings []reading
	out      parsed
	// positionals says how positional words are taken: by file_or_dir ("*"), which takes the first run of them, or, in the first
	// pass of an intermixed parse, by nothing ("").
	positionals string
	taken       bool // file_or_dir has had its words
	mode        mode
}

var negativeNumber = regexp.MustCompile(`^-\d+$|^-\d*\.\d+$`)

// parse is parse_known_args: file_or_dir takes the positional words, later ones and unknown options are left over.
func (p parser) parse(words []numbered, mode mode) parsed {
	return p.run(words, "*", mode)
}

// parseIntermixed is parse_intermixed_args, which pytest uses since 9.0: the options first, what is left over in a second pass.
func (p parser) parseIntermixed(words []numbered) parsed {
	first := p.run(words, "", final)
	if first.err != "" || first.helped {
		return first
	}
	second := p.run(first.extras, "*", final)
	second.events = append(first.events, second.events...)
	second.open = append(first.open, second.open...)
	return second
}

func (p parser) run(words []numbered, positionals string, mode mode) parsed {
	r := &run{parser: p, words: words, positionals: positionals, mode: mode}
	r.classify()
	if r.out.err == "" {
		r.consume()
	}
	return r.out
}

// classify decides for each word whether it is an option.
func (r *run) classify() {
	var pattern strings.Builder
	r.readings = make([]reading, len(r.words))
	rest := false
	for i, w := range r.words {
		switch reading, is := r.parser.optional(w.Text); {
		case rest:
			pattern.WriteByte('A')
		case w.Text == "--":
			rest = true
			pattern.WriteByte('-')
		case is:
			r.readings[i] = reading
			pattern.WriteByte('O')
		default:
			pattern.WriteByte('A')
		}
	}
	r.pattern = pattern.String()
}

// optional returns how a word is read as an option, and whether it is one.
func (p parser) optional(text string) (reading, bool) {
	if len(text) < 2 || text[0] != '-' {
		return reading{}, false
	}
	if o := p[text]; o != nil {
		return reading{option: o, name: text}, true
	}
	if name, value, ok := strings.Cut(text, "="); ok && p[name] != nil {
		return reading{p[name], name, value, true}, true
	}
	if o := p[text[:2]]; o != nil && text[1] != '-' {
		return reading{o, text[:2], text[2:], true}, true
	}
	if negativeNumber.MatchString(text) || strings.Contains(text, " ") && len(Unknowns(text)) == 0 {
		return reading{}, false
	}
	return reading{name: text}, true
}

// consume goes through the words, positional ones and options by turns.
func (r *run) consume() {
	last := strings.LastIndexByte(r.pattern, 'O')
	at := 0
	for at <= last && !r.ended() {
		next := at + strings.IndexByte(r.pattern[at:], 'O')
		if next > at {
			if end := r.consumePositionals(at); end > at {
				at = end
				continue
			}
		}
		r.out.extras = append(r.out.extras, r.words[at:next]...)
		at = r.consumeOptional(next)
	}
	if !r.ended() {
		at = r.consumePositionals(at)
		r.out.extras = append(r.out.extras, r.words[at:]...)
	}
}

func (r *run) ended() bool { return r.out.err != "" || r.out.helped && r.mode == final }

// consumePositionals gives words to file_or_dir if it has had none yet, and returns where it stopped. In the first pass of an
// intermixed parse it takes no more than a "--".
func (r *run) consumePositionals(at int) int {
	if r.taken {
		return at
	}
	r.taken = true
	end := at
	if r.positionals == "" {
		for end < len(r.pattern) && r.pattern[end] == '-' {
			end++
		}
		return end
	}
	for end < len(r.pattern) && r.pattern[end] != 'O' {
		end++
	}
	dropped := false
	for _, w := range r.words[at:end] {
		if w.Text == "--" && !dropped {
			dropped = true
			continue
		}
		r.out.words = append(r.out.words, w)
	}
	return end
}

// consumeOptional takes an option, the others that are clustered with it, and the words that are its value.
func (r *run) consumeOptional(at int) int {
	reading := r.readings[at]
	if reading.option == nil {
		r.out.extras = append(r.out.extras, r.words[at])
		return at + 1
	}
	for reading.has && reading.option.arity == none {
		r.take(at, reading, Word{}, false)
		if rest := reading.explicit; !r.next(at, &reading) {
			return r.leave(at, reading.name, rest)
		}
	}
	return r.value(at, reading)
}

// next goes on to the next letter of a cluster, if it is an option.
func (r *run) next(at int, reading *reading) bool {
	if strings.HasPrefix(reading.name, "--") || reading.explicit == "" {
		return false
	}
	name := "-" + reading.explicit[:1]
	if r.parser[name] == nil {
		return false
	}
	reading.option, reading.name = r.parser[name], name
	reading.explicit, reading.has = reading.explicit[1:], len(reading.explicit) > 1
	return true
}

// leave deals with the rest of a word whose option takes no value.
func (r *run) leave(at int, name, rest string) int {
	short := !strings.HasPrefix(name, "--")
	switch {
	case short && isUnknown(rest):
		r.out.open = append(r.out.open, r.words[at].seq)
	case short && rest != "" && r.mode == early:
		left := r.words[at]
		left.Text = "-" + rest
		r.out.extras = append(r.out.extras, left)
	default:
		return r.fail(at, name, "takes no value, but there is "+strconv.Quote(rest))
	}
	return at + 1
}

// value takes an option with the value that it needs.
func (r *run) value(at int, reading reading) int {
	o := reading.option
	next := at+1 < len(r.pattern) && r.pattern[at+1] == 'A'
	switch {
	case reading.has:
		return r.store(at, reading, Word{Text: reading.explicit, Pos: r.words[at].Pos}, at+1)
	case o.arity == none:
		r.take(at, reading, Word{}, false)
		return at + 1
	case next:
		return r.store(at, reading, r.words[at+1].Word, at+2)
	case o.arity == one:
		return r.fail(at, reading.name, "needs a value")
	}
	r.take(at, reading, Word{}, false)
	return at + 1
}

func (r *run) store(at int, reading reading, value Word, end int) int {
	if problem := reading.option.problem(value.Text); problem != "" {
		return r.fail(at, reading.name, problem)
	}
	r.take(at, reading, value, true)
	return end
}

func (r *run) take(at int, reading reading, value Word, set bool) {
	w := r.words[at]
	r.out.helped = r.out.helped || reading.option.dest == "help"
	r.out.events = append(r.out.events, event{w.word, reading.name, reading.option.dest, value, set, w.seq})
}

func (r *run) fail(at int, name, why string) int {
	r.out.err = "argument " + name + ": " + why
	return at + 1
}
