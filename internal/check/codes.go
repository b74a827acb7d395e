package check

import (
	"fmt"
	"slices"
	"strings"

	"policygen/internal/pins"
)

// Codes say which findings are asked for. The zero Codes ask for all of them.
type Codes struct{ selected, ignored []string }

// ParseCodes reads what --select and --ignore name: codes such as "PG201", and beginnings of codes such as "PG2" and "PG20*".
// An error names a word that no code begins with.
func ParseCodes(selected, ignored []string) (Codes, error) {
	var c Codes
	var err error
	if c.selected, err = prefixes(selected); err != nil {
		return Codes{}, err
	}
	c.ignored, err = prefixes(ignored)
	return c, err
}

func prefixes(words []string) (list []string, err error) {
	codes := knownCodes()
	for _, word := range words {
		for part := range strings.SplitSeq(word, ",") {
			prefix := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(part)), "*")
			if prefix == "" || !slices.ContainsFunc(codes, func(code string) bool { return strings.HasPrefix(code, prefix) }) {
				return nil, fmt.Errorf("no rule has the code %q; codes are %s to %s, and PG2 or PG20* name all that begin so",
					part, codes[0], codes[len(codes)-1])
			}
			list = append(list, prefix)
		}
	}
	return list, nil
}

// knownCodes returns the codes of all rules, those of pinned versions among them.
func knownCodes() (codes []string) {
	for _, r := range Rules() {
		codes = append(codes, r.Code)
	}
	for _, r := range pins.Rules() {
		codes = append(codes, r.Code)
	}
	return codes
}

// has reports whether findings with a code are asked for.
func (c Codes) has(code string) bool {
	begins := func(prefix string) bool { return strings.HasPrefix(code, prefix) }
	return (len(c.selected) == 0 || slices.ContainsFunc(c.selected, begins)) && !slices.ContainsFunc(c.ignored, begins)
}
