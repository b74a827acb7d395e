package generate

import "strconv"

// An invocation is the message from the shell part of a wrapper to runner.py: a flat list of
// key=value words, in which need=, because= and phase= open a section that lasts until the next one.
// runner.py decodes the same words; a test holds the two together.
type invocation struct {
	Global  []pair // in the order of the wrapper's text
	Needs   []section
	Because []section
	Phases  []section
}

// A pair is one word of an invocation: a key of lower-case letters and hyphens, and any text without NUL.
type pair struct{ Key, Value string }

// A section is the words that an opener such as phase=unit gathers; the opener is not among them.
type section struct {
	Name  string
	Pairs []pair
}

func (s *section) add(key, value string) { s.Pairs = append(s.Pairs, pair{key, value}) }

func (s *section) addNonEmpty(key, value string) {
	if value != "" {
		s.add(key, value)
	}
}

func (inv *invocation) add(key, value string) { inv.Global = append(inv.Global, pair{key, value}) }

// Words returns the message as the exec of the runner carries it.
func (inv *invocation) Words() []string {
	words := appendPairs(nil, inv.Global)
	for _, kind := range []struct {
		opener   string
		sections []section
	}{{"need", inv.Needs}, {"because", inv.Because}, {"phase", inv.Phases}} {
		for _, s := range kind.sections {
			words = append(words, kind.opener+"="+s.Name)
			words = appendPairs(words, s.Pairs)
		}
	}
	return words
}

func appendPairs(words []string, pairs []pair) []string {
	for _, p := range pairs {
		words = append(words, p.Key+"="+p.Value)
	}
	return words
}

// seconds writes a number of seconds in the shortest decimal form: "1800", "0.5".
func seconds(s float64) string { return strconv.FormatFloat(s, 'f', -1, 64) }
