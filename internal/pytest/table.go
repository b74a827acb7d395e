package pytest

import (
	"slices"
	"strconv"
	"strings"

	"policygen/internal/pep440"
)

// An arity says how many words an option takes as its value.
type arity int

const (
	none  arity = iota
	one         // the rest of the word, or the next word
	maybe       // like one, but the next word only where it is no option, and none at all is fine
)

// An option is what argparse is told about an option.
type option struct {
	plugin string // who adds it: "-p no:PLUGIN" takes it away
	names  string // separated by spaces
	dest   string
	arity  arity
	check  string // what its value has to be: "int", "float", "workers", or the choices, separated by "|"; "" is anything
	since  string // the first release that has it, of pytest or of pytest-xdist; "" is all that are looked at
}

// A parser is the options that argparse knows at some moment, by name.
type parser map[string]*option

// add makes the options of a table known that their plugin and release let in.
func (p parser) add(table []option, has func(*option) bool) {
	for i := range table {
		if !has(&table[i]) {
			continue
		}
		for _, name := range strings.Fields(table[i].names) {
			p[name] = &table[i]
		}
	}
}

// tables are all options that are known here.
var tables = [][]option{pytestOptions, pluginOptions, otherOptions}

// isKnown reports whether an option is in some table, whether or not pytest knows it in this start.
func isKnown(name string) bool {
	for _, table := range tables {
		if slices.ContainsFunc(table, func(o option) bool { return slices.Contains(strings.Fields(o.names), name) }) {
			return true
		}
	}
	return false
}

// atLeast reports whether a release is this one or a later one. A release that nobody named is the newest.
func atLeast(release, than string) bool {
	if release == "" || than == "" {
		return true
	}
	v, err := pep440.Parse(release)
	if err != nil {
		return true
	}
	w, err := pep440.Parse(than)
	if err != nil {
		panic("a table holds " + strconv.Quote(than) + ", which is no version")
	}
	return v.Compare(w) >= 0
}

// problem returns what argparse would say about a value of the option, or "". An unknown value may be any.
func (o *option) problem(value string) string {
	valid := true
	switch {
	case o.check == "" || len(Unknowns(value)) > 0:
	case o.check == "int":
		_, valid = pythonInt(value)
	case o.check == "float":
		_, valid = pythonFloat(value)
	case o.check == "workers":
		_, valid = pythonInt(value)
		valid = valid || value == "auto" || value == "logical"
	default:
		if !slices.Contains(strings.Split(o.check, "|"), value) {
			return "invalid choice " + strconv.Quote(value) + " (choose from " + strings.ReplaceAll(o.check, "|", ", ") + ")"
		}
	}
	if !valid {
		kind := map[string]string{"int": "a number", "float": "a number of seconds", "workers": `a number, "auto" or "logical"`}[o.check]
		return strconv.Quote(value) + " is not " + kind
	}
	return ""
}

// pythonInt reads a number as Python's int does.
func pythonInt(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if !underscores(text) {
		return 0, false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
	return n, err == nil
}

// pythonFloat reads a number as Python's float does.
func pythonFloat(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "xXpP") || !underscores(text) {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return f, err == nil
}

// underscores reports whether every underscore stands between two digits.
func underscores(text string) bool {
	for i := range len(text) {
		if text[i] == '_' && (i == 0 || i+1 == len(text) || !isDigit(text[i-1]) || !isDigit(text[i+1])) {
			return false
		}
	}
	return true
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
