package pytest

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"policygen/internal/finding"
	"policygen/internal/source"
)

// override takes the values of -o over those of the file. Later ones count.
func (r *resolver) override(p parsed) {
	for _, e := range p.events {
		if e.dest != "override_ini" {
			continue
		}
		key, value, ok := strings.Cut(e.value.Text, "=")
		if !ok {
			if len(Unknowns(e.value.Text)) == 0 {
				r.refuse("-o: " + strconv.Quote(e.value.Text) + " has to be KEY=VALUE")
			}
			continue
		}
		keys := map[string]setting{}
		maps.Copy(keys, r.config.keys)
		keys[key] = setting{override: &word{Word: Word{Text: value, Pos: e.value.Pos}, from: e.word.from}}
		r.config.keys = keys
	}
}

// iniWords returns the value of a key that holds words, such as addopts and testpaths.
func (r *resolver) iniWords(key string, from From) []word {
	s, ok := r.config.keys[key]
	if !ok {
		return nil
	}
	words, err := s.words(from)
	if err != nil {
		r.refuse(key + ": " + err.Error())
		return nil
	}
	return words
}

func (s setting) words(from From) ([]word, error) {
	switch {
	case s.override != nil:
		return splitAt(s.override.Text, from, func(int) finding.Position { return s.override.Pos })
	case s.node.Kind == source.List:
		return s.items(from)
	case s.native:
		return nil, fmt.Errorf("%s: it has to be a list of strings there", s.node.Pos)
	}
	return splitText(s.node.Text, from)
}

// items returns the items of a list, each of them a word.
func (s setting) items(from From) ([]word, error) {
	var list []word
	for _, item := range s.node.Items {
		if item.Kind != source.Scalar || item.Tag != "!!str" {
			return nil, fmt.Errorf("%s: it has to be a string", item.Pos)
		}
		list = append(list, word{Word: Word{Text: item.Text.String(), Pos: item.Pos}, from: from})
	}
	return list, nil
}

// iniValue returns the value of a key that holds one text; "" where it isn't set.
func (r *resolver) iniValue(key string) Value {
	s, ok := r.config.keys[key]
	switch {
	case !ok:
		return Value{}
	case s.override != nil:
		return Value{Text: s.override.Text, Pos: s.override.Pos, From: s.override.from, Unknown: Unknowns(s.override.Text)}
	case s.node.Kind != source.Scalar:
		return Value{}
	}
	return Value{Text: s.node.Text.String(), Pos: s.node.Pos, From: ConfigFile}
}
