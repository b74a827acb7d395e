package generate

import "strconv"

// An Invocation is the message from the shell part of a wrapper to runner.py: a flat list of
// key=value words, in which need=, because= and phase= open a section that lasts until the next one.
// runner.py decodes the same words; a test holds the two together.
type Invocation struct {
	Global  []Pair // in the order of the wrapper's text
	Needs   []Section
	Because []Section
	Phases  []Section
}

// A Pair is one word of an Invocation: a key of lower-case letters and hyphens, and any text without NUL.
type Pair struct{ Key, Value string }

// A Section is the words that an opener such as phase=unit gathers; the opener is not among them.
type Section struct {
	Name  string
	Pairs []Pair
}

func (s *Section) add(key, value string) { s.Pairs = append(s.Pairs, Pair{key, value}) }

func (s *Section) addNonEmpty(key, value string) {
	if value != "" {
		s.add(key, value)
	}
}

func (inv *Invocation) add(key, value string) { inv.Global = append(inv.Global, Pair{key, value}) }

// Words returns the message as the exec of the runner carries it.
func (inv *Invocation) Words() []string {
	words := appendPairs(nil, inv.Global)
	for _, kind := range []struct {
		opener   string
		sections []Section
	}{{"need", inv.Needs}, {"because", inv.Because}, {"phase", inv.Phases}} {
		for _, s := range kind.sections {
			words = append(words, kind.opener+"="+s.Name)
			words = appendPairs(words, s.Pairs)
		}
	}
	return words
}

func appendPairs(words []string, pairs []Pair) []string {
	for _, p := range pairs {
		words = append(words, p.Key+"="+p.Value)
	}
	return words
}

// seconds writes a number of seconds in the shortest decimal form: "1800", "0.5".
func seconds(s float64) string { return strconv.FormatFloat(s, 'f', -1, 64) }
